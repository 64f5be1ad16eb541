/// What the language means, by example. `Grammar/examples.md` is made from it.
enum Specs {
    static let sections: [(title: String, specs: [Spec])] = [
        ("Which event", picks), ("Time", time), ("How many", counts), ("What is missing", missing), ("Values", values),
        ("Change", change + differences),
        ("What events share", bonds), ("Months and years in a query", partialDates),
        ("Concepts", concepts),
        ("Images", images), ("Units, texts and annotations", beyond), ("Patients", patients), ("Parameters and cohorts", definitions),
    ]

    static let beyond = [
        Spec(
            "the lowest of several numbers, of equal ones the earlier",
            """
            a: observation ProstateSpecificAntigen = 5 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 900 pg/mL 2020-02-01, observation ProstateSpecificAntigen = 2 ng/mL 2020-03-01
            b: observation ProstateSpecificAntigen = 2 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2 ug/L 2020-02-01
            c: observation ProstateSpecificAntigen = 2 ng/mL 2020-02-01, observation ProstateSpecificAntigen = 1 2020-01-01
            d: death 2020-02-01
            """,
            """
              nadir = lowest observation of "Prostate Specific Antigen" is known
              patients where nadir is after 2020-01-15
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "the highest of several values in their order, of equal ones the earlier",
            """
            a: observation RECISTResponse = StableDisease 2020-01-01, observation RECISTResponse = PartialResponse 2020-03-01, observation RECISTResponse = ProgressiveDisease 2020-05-01
            b: observation RECISTResponse = StableDisease 2020-01-01, observation RECISTResponse = ProgressiveDisease 2020-03-01
            c: observation RECISTResponse = StableDisease 2020-01-01, observation RECISTResponse 2020-03-01
            d: death 2020-02-01
            """,
            """
              best = highest observation of "RECIST Response" is known
              patients where best is after 2020-01-15
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "a number without a unit is unknown, unless one is assumed",
            """
            a: observation ProstateSpecificAntigen = 5 2020-01-01
            b: observation ProstateSpecificAntigen = 5 ug/L 2020-01-01
            c: observation ProstateSpecificAntigen = 3 2020-01-01
            d: observation ProstateSpecificAntigen = 5 mm 2020-01-01
            """,
            "  patients where any observation of \"Prostate Specific Antigen\" > 4 ng/mL assume unit", yes: ["a", "b"], unknown: ["d"]),
        Spec(
            "words in free text, whatever their case",
            """
            a: study 2020-01-01 [MR Breast ~T2_TSE_ax]
            b: study 2020-01-01 [MR Breast ~t1_vibe]
            c: study 2020-01-01 [MR Breast]
            """,
            "  patients where any imaging series { series description contains \"t2_tse\" }", yes: ["a"], unknown: ["c"]),
        Spec(
            "an annotation is a series that segments the structure",
            """
            a: study 2020-01-01 [CT Liver] [SEG Liver]
            b: study 2020-01-01 [CT Liver] [SEG Kidney]
            c: study 2020-01-01 [CT Liver]
            """,
            "  patients where any annotation of \"Liver\"", yes: ["a"]),
    ]

    static let picks = [
        Spec(
            "`first … after` is the first of those after; `first …`, then `is after`, is the first ever",
            """
            a: diagnosis BreastCarcinoma 2020-01-10, medication Paclitaxel 2019-05-01, medication Paclitaxel 2020-02-01
            b: diagnosis BreastCarcinoma 2020-01-10, medication Paclitaxel 2020-03-01
            """,
            """
              index = first diagnosis of "Breast Carcinoma"
              chemo = first medication of "Paclitaxel"
              patients where chemo is after index
            """, yes: ["b"]),
        Spec(
            "`first … after` alone",
            """
            a: diagnosis BreastCarcinoma 2020-01-10, medication Paclitaxel 2019-05-01, medication Paclitaxel 2020-02-01
            b: diagnosis BreastCarcinoma 2020-01-10, medication Paclitaxel 2019-05-01
            """,
            """
              index = first diagnosis of "Breast Carcinoma"
              chemo = first medication of "Paclitaxel" after index
              patients where exists chemo
            """, yes: ["a"]),
        Spec(
            "the second event",
            """
            a: diagnosis BreastCarcinoma 2020-01-10, diagnosis BreastCarcinoma 2020-05-10, diagnosis BreastCarcinoma 2021-05-10
            b: diagnosis BreastCarcinoma 2020-01-10
            c: diagnosis BreastCarcinoma 2020-01-10, diagnosis BreastCarcinoma 2021-07
            d: diagnosis BreastCarcinoma 2020-01-10, diagnosis BreastCarcinoma 2020-05-10, diagnosis BreastCarcinoma 2020
            """,
            """
              again = 2nd diagnosis of "Breast Carcinoma"
              patients where again is before 2020-12-31
            """, yes: ["a"], unknown: ["d"]),
        Spec(
            "the last event but one",
            """
            a: diagnosis BreastCarcinoma 2020-01-10, diagnosis BreastCarcinoma 2020-05-10, diagnosis BreastCarcinoma 2021-05-10
            b: diagnosis BreastCarcinoma 2020-01-10
            """,
            """
              previous = 2nd last diagnosis of "Breast Carcinoma"
              patients where previous is after 2020-05-01
            """, yes: ["a"]),
        Spec(
            "the nearest event, of two equally near the earlier",
            """
            a: death 2020-06-10, study 2020-06-01 [MR], study 2020-06-15 [MR]
            b: death 2020-06-10, study 2020-06-05 [MR], study 2020-06-15 [MR]
            c: death 2020-06, study 2020-06-05 [MR]
            d: study 2020-06-05 [MR]
            """,
            """
              end_of_life = first death
              scan = nearest imaging study to end_of_life
              patients where scan is before end_of_life
            """, yes: ["b"], unknown: ["c"]),
    ]

    static let time = [
        Spec(
            "a window's ends", "a: death 2020-03-31\nb: death 2020-04-01\nc: death 2020\nd:",
            "  patients where any death within 1 month after 2020-02-29", yes: [], unknown: ["c"]),
        Spec(
            "a month moves to the same day or to the last of a shorter month", "a: death 2020-02-29\nb: death 2020-03-01",
            "  patients where any death within 1 month after 2020-01-31", yes: ["a"]),
        Spec(
            "`during` is from the start of an event to its end",
            """
            a: medication Trastuzumab 2020-01-01..2020-03-01, study 2020-03-01 [MR]
            b: medication Trastuzumab 2020-01-01..2020-03-01, study 2020-03-02 [MR]
            c: medication Trastuzumab 2020-01-01, study 2020-03-02 [MR]
            d: medication Trastuzumab 2020-01-01, study 2019-12-31 [MR]
            """,
            """
              therapy = first medication of "Trastuzumab"
              patients where any imaging study during therapy
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "the end of an event",
            """
            a: radiotherapy Radiotherapy 2020-01-01..2020-02-10, procedure Lumpectomy 2020-02-11
            b: radiotherapy Radiotherapy 2020-01-01..2020-02-11, procedure Lumpectomy 2020-02-11
            c: radiotherapy Radiotherapy 2020-01-01, procedure Lumpectomy 2020-02-11
            """,
            """
              surgery = first procedure of "Lumpectomy"
              patients where any radiotherapy of "Radiotherapy" ends before surgery
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "two stretches of days that overlap, meet, and contain",
            """
            a: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-10..2020-01-20
            b: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-11..2020-01-20
            c: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-03..2020-01-04
            d: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-20..2020-01-20
            """,
            """
              chemo = first medication of "Paclitaxel"
              patients where any visit overlaps chemo and no visit contains chemo or any visit meets chemo
            """, yes: ["a", "b"]),
        Spec(
            "equal stretches, and those that share a start or an end",
            """
            a: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-01..2020-01-10
            b: visit 2020-01-01..2020-01-10, medication Paclitaxel 2020-01-01..2020-01-11
            c: visit 2020-01-02..2020-01-10, medication Paclitaxel 2020-01-01..2020-01-10
            d: visit 2020-01-02..2020-01-09, medication Paclitaxel 2020-01-01..2020-01-10
            """,
            """
              chemo = first medication of "Paclitaxel"
              patients where at least 1 of (any visit equals chemo, any visit starts with chemo, any visit ends with chemo)
            """, yes: ["a", "b", "c"]),
        Spec(
            "observed: one observation period spans both days",
            """
            a: period 2019-01-01..2021-01-01, diagnosis BreastCarcinoma 2020-01-01
            b: period 2020-01-02..2021-01-01, diagnosis BreastCarcinoma 2020-01-01
            c: diagnosis BreastCarcinoma 2020-01-01
            d: period 2019-01-01..2020-06-01, period 2020-06-02..2021-01-01, diagnosis BreastCarcinoma 2020-01-01
            """,
            """
              index = first diagnosis of "Breast Carcinoma"
              patients where observed from index to 2020-12-31
            """, yes: ["a"]),
    ]

    static let counts = [
        Spec(
            "so many events, each so far after the one before",
            """
            a: procedure Biopsy 2018-01-10, procedure Biopsy 2020-01-10, procedure Biopsy 2022-01-10
            b: procedure Biopsy 2018-01-10, procedure Biopsy 2018-02-10, procedure Biopsy 2020-01-10, procedure Biopsy 2022-01-10
            c: procedure Biopsy 2018-01-10, procedure Biopsy 2020-01-10, procedure Biopsy 2025-01-10
            d: procedure Biopsy 2018-01-10, procedure Biopsy 2020-01-10, procedure Biopsy 2022
            e: procedure Biopsy 2018-01-10, procedure Biopsy 2020
            """,
            "  patients where at least 3 procedures of \"Biopsy\" each from 18 to 30 months apart", yes: ["a", "b"], unknown: ["d"]),
        Spec(
            "so many conditions of several",
            """
            a female: diagnosis LungCarcinoma 2020, study 2020 [CT]
            b female: study 2020 [CT]
            c: diagnosis LungCarcinoma 2020
            d: study 2020 [CT]
            """,
            "  patients where at least 2 of (sex is female, any diagnosis of \"Lung Carcinoma\", any imaging study)", yes: ["a", "b"],
            unknown: ["c", "d"]),
        Spec(
            "at most so many conditions",
            "a female: study 2020 [CT]\nb female:\nc: study 2020 [CT]\nd:",
            "  patients where at most 1 of (sex is female, any imaging study)", yes: ["b", "d"], unknown: ["c"]),
    ]

    static let missing = [
        Spec(
            "no record is no; a record without a value is unknown",
            """
            a: observation TStage = T2 2020
            b: observation TStage = T1 2020
            c: observation TStage 2020
            d:
            """,
            "  patients where any observation of \"T Stage\" is T2", yes: ["a"], unknown: ["c"]),
        Spec(
            "`or unknown` keeps those without a value",
            """
            a: observation TStage = T2 2020
            b: observation TStage = T1 2020
            c: observation TStage 2020
            d:
            """,
            "  patients where (any observation of \"T Stage\" is T2 or unknown)", yes: ["a", "c", "d"]),
        Spec(
            "`is unknown`",
            """
            a: observation TStage = T2 2020
            b: observation TStage = T1 2020
            c: observation TStage 2020
            d:
            """,
            "  patients where (any observation of \"T Stage\" is T2) is unknown", yes: ["c", "d"]),
        Spec(
            "a value that is known", "a: observation TStage = T1 2020\nb: observation TStage 2020\nc:",
            "  patients where any observation of \"T Stage\" is known", yes: ["a"], unknown: ["b"]),
        Spec(
            "a number that is known",
            """
            a: observation ProstateSpecificAntigen = 4 ng/mL 2020
            b: observation ProstateSpecificAntigen = 4 2020
            c: observation ProstateSpecificAntigen = 4 mm 2020
            """,
            "  patients where any observation of \"PSA\" is known", yes: ["a"], unknown: ["b", "c"]),
        Spec(
            "three ideas of not: recorded as negative, none recorded as positive, unknown",
            """
            a: observation HER2Status = Negative 2020
            b: observation HER2Status = Positive 2020
            c:
            d: observation HER2Status 2020
            """,
            """
              patients where any observation of "HER2 Status" is "Negative"
                or (no observation of "HER2 Status" is "Positive") is unknown
            """, yes: ["a", "c", "d"]),
        Spec(
            "`not` keeps the unknown unknown", "a female:\nb male:\nc:", "  patients where not sex is female", yes: ["b"], unknown: ["c"],
            warnings: ["C0284"]),
        Spec(
            "a living patient has not died before", "a: death 2019-01-01\nb: death 2021-01-01\nc:\nd: death 2019..2019",
            "  patients where no death before 2020-01-01", yes: ["b", "c"]),
    ]

    static let values = [
        Spec(
            "units are converted exactly",
            """
            a: observation ProstateSpecificAntigen = 4 ug/L 2020
            b: observation ProstateSpecificAntigen = 0.004 mg/L 2020
            c: observation ProstateSpecificAntigen = 3.999 ng/mL 2020
            d: observation ProstateSpecificAntigen = 4 2020
            """,
            "  patients where any observation of \"PSA\" >= 4 ng/mL", yes: ["a", "b"], unknown: ["d"]),
        Spec(
            "values with an order compare; what lies below one counts as it",
            """
            a: observation TStage = T2 2020
            b: observation TStage = T2a 2020
            c: observation TStage = T1c 2020
            d: observation TStage = TX 2020
            e: observation TStage = T4 2020
            """,
            "  patients where any observation of \"T Stage\" >= T2", yes: ["a", "b", "e"]),
        Spec(
            "a range of an order", "a: observation TStage = T0 2020\nb: observation TStage = Tis 2020\nc: observation TStage = T3a 2020",
            "  patients where any observation of \"T Stage\" from Tis to T3", yes: ["b", "c"]),
        Spec(
            "a number for a value that is called by it",
            "a: observation PIRADS = PIRADS3 2020\nb: observation PIRADS = PIRADS4 2020\nc: observation PIRADS = PIRADS5 2020",
            "  patients where any observation of \"PI-RADS\" >= 4", yes: ["b", "c"]),
    ]

    static let change = [
        Spec(
            "one number at least so many times another, in any unit",
            """
            a: procedure Prostatectomy 2020-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2020-03-01, observation ProstateSpecificAntigen = 0.4 ug/L 2020-09-01
            b: procedure Prostatectomy 2020-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2020-03-01, observation ProstateSpecificAntigen = 0.39 ug/L 2020-09-01
            c: procedure Prostatectomy 2020-01-01, observation ProstateSpecificAntigen = 0.2 ng/mL 2020-03-01, observation ProstateSpecificAntigen = 0.4 2020-09-01
            d: procedure Prostatectomy 2020-01-01, observation ProstateSpecificAntigen = 0 ng/mL 2020-03-01, observation ProstateSpecificAntigen = 0.4 ng/mL 2020-09-01
            e: procedure Prostatectomy 2020-01-01
            """,
            """
              surgery  = first procedure of "Prostatectomy"
              earliest = first observation of "PSA" is known after surgery
              latest   = last observation of "PSA" is known within 12 months after earliest
              patients where latest is at least 2 times earliest
            """, yes: ["a"], unknown: ["c", "d"])
    ]

    static let differences = [
        Spec(
            "an increase, in any unit that can be converted",
            """
            a: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 3 ug/L 2020-06-01
            b: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2.9 ug/L 2020-06-01
            c: observation ProstateSpecificAntigen = 3 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 1 ng/mL 2020-06-01
            d: observation ProstateSpecificAntigen = 1 2020-01-01, observation ProstateSpecificAntigen = 3 ug/L 2020-06-01
            e:
            """,
            """
              early = first observation of "PSA" is known
              late  = last observation of "PSA" is known
              patients where increase from early to late >= 2 ng/mL
            """, yes: ["a"], unknown: ["d"]),
        Spec(
            "a decrease, and a change either way",
            """
            a: observation ProstateSpecificAntigen = 5 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2 ng/mL 2020-06-01
            b: observation ProstateSpecificAntigen = 2 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 5 ng/mL 2020-06-01
            c: observation ProstateSpecificAntigen = 2 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2.5 ng/mL 2020-06-01
            """,
            """
              early = first observation of "PSA" is known
              late  = last observation of "PSA" is known
              patients where decrease from early to late from 3 to 4 ng/mL or change from early to late < 1000 pg/mL
            """, yes: ["a", "c"]),
        Spec(
            "a relative change is a part of the first number",
            """
            a: observation TumorSize = 20 mm 2020-01-01, observation TumorSize = 14 mm 2020-06-01
            b: observation TumorSize = 2 cm 2020-01-01, observation TumorSize = 15 mm 2020-06-01
            c: observation TumorSize = 0 mm 2020-01-01, observation TumorSize = 14 mm 2020-06-01
            """,
            """
              baseline = first observation of "Tumor Size" is known
              response = last observation of "Tumor Size" is known
              patients where relative decrease from baseline to response >= 30 %
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "a unit by time asks for the change in that time",
            """
            a: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2 ng/mL 2020-07-01
            b: observation ProstateSpecificAntigen = 1 ng/mL 2018-01-01, observation ProstateSpecificAntigen = 2 ng/mL 2020-07-01
            c: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 2 ng/mL 2020-07
            d: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01
            """,
            """
              early = first observation of "PSA" is known
              late  = last observation of "PSA" is known
              patients where increase from early to late > 0.75 ng/mL/a
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "a doubling time",
            """
            a: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 4 ng/mL 2020-06-29
            b: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 4 ng/mL 2020-07-01
            c: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 1 ng/mL 2020-06-29
            d: observation ProstateSpecificAntigen = 0 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 4 ng/mL 2020-06-29
            e: observation ProstateSpecificAntigen = 1 ng/mL 2020-01-01, observation ProstateSpecificAntigen = 4 ng/mL 2020-06
            """,
            """
              early = first observation of "PSA" is known
              late  = last observation of "PSA" is known
              patients where doubling time from early to late <= 90 days
            """, yes: ["a"], unknown: ["d", "e"]),
    ]

    static let bonds = [
        Spec(
            "the same visit",
            """
            a: diagnosis BreastCarcinoma @v1 2020-01-01, medication Paclitaxel @v1 2020-01-03
            b: diagnosis BreastCarcinoma @v1 2020-01-01, medication Paclitaxel @v2 2020-01-01
            c: diagnosis BreastCarcinoma @v1 2020-01-01, medication Paclitaxel 2020-01-01
            d: medication Paclitaxel @v1 2020-01-01
            """,
            """
              index = first diagnosis of "Breast Carcinoma"
              patients where any medication of "Paclitaxel" in the same visit as index
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "the same visit, of two named events",
            """
            a: diagnosis BreastCarcinoma @v1 2020-01-01, procedure Biopsy @v1 2020-01-03
            b: diagnosis BreastCarcinoma @v1 2020-01-01, procedure Biopsy @v2 2020-01-03
            c: diagnosis BreastCarcinoma 2020-01-01, procedure Biopsy @v2 2020-01-03
            """,
            """
              index  = first diagnosis of "Breast Carcinoma"
              biopsy = first procedure of "Biopsy"
              patients where biopsy is in the same visit as index
            """, yes: ["a"], unknown: ["c"]),
        Spec(
            "the same study",
            """
            a: study 2020-01-01 [CT Chest] [PT Chest], study 2020-01-01 [CT Abdomen]
            b: study 2020-01-01 [PT Chest], study 2020-01-01 [CT Chest]
            """,
            """
              lung = first imaging series { modality CT, body part "Chest" }
              patients where any imaging series { modality "Positron Emission Tomography" } in the same study as lung
            """, yes: ["a"]),
        Spec(
            "the same specimen",
            """
            a: observation EstrogenReceptorStatus = Positive %s1 2020-01-01, observation HER2Status = Negative %s1 2020-01-05
            b: observation EstrogenReceptorStatus = Positive %s1 2020-01-01, observation HER2Status = Negative %s2 2020-01-05
            c: observation EstrogenReceptorStatus = Positive %s1 2020-01-01, observation HER2Status = Negative 2020-01-05
            """,
            """
              receptor = first observation of "Estrogen Receptor Status" is "Positive"
              patients where any observation of "HER2 Status" is "Negative" in the same specimen as receptor
            """, yes: ["a"], unknown: ["c"]),
    ]

    static let partialDates = [
        Spec(
            "a year is the whole of its days",
            """
            a: diagnosis BreastCarcinoma 2018-12-31
            b: diagnosis BreastCarcinoma 2019-01-01
            c: diagnosis BreastCarcinoma 2020-01-01
            d: diagnosis BreastCarcinoma 2019
            e: diagnosis BreastCarcinoma 2018-12
            """,
            "  patients where any diagnosis of \"Breast Carcinoma\" before 2019", yes: ["a", "e"]),
        Spec(
            "during a year, and after a month",
            """
            a: death 2019-06-15
            b: death 2019
            c: death 2019-12-31
            d: death 2020-01-01
            e: death 2018-12
            """,
            "  patients where any death during 2019 after 2019-05", yes: ["a", "c"], unknown: ["b"]),
        Spec(
            "around a month, and between two dates of different length",
            """
            a: death 2019-04-01
            b: death 2019-06-30
            c: death 2019-07-01
            d: death 2019-03-31
            """,
            "  patients where any death within 1 month of 2019-05 between 2019-04 and 2019-07-01", yes: ["a", "b"], warnings: []),
        Spec(
            "an age in a year is known where all its days agree",
            """
            a female 1979-01-01:
            b female 1979-01-02:
            c female 1980-01-01:
            d female 1979:
            """,
            "  patients where age at 2019 >= 40 years", yes: ["a"], unknown: ["b", "d"]),
        Spec(
            "a parameter of four digits is a year where a date can stand", "a: death 2019-06-01\nb: death 2020-01-01",
            """
            parameter year = 2019

            cohort C {
              patients where any death during $year
            }
            """, yes: ["a"]),
    ]

    static let concepts = [
        Spec(
            "what lies below a concept is meant too, unless `exactly` stands before it",
            "a: diagnosis InvasiveBreastCarcinoma 2020\nb: diagnosis BreastCarcinoma 2020\nc: diagnosis LungCarcinoma 2020",
            "  patients where any diagnosis of \"Breast Carcinoma\" and no diagnosis of exactly \"Breast Carcinoma\"", yes: ["a"]),
        Spec(
            "`descendants of` leaves the concept itself out",
            "a: diagnosis InvasiveBreastCarcinoma 2020\nb: diagnosis BreastCarcinoma 2020",
            "  patients where any diagnosis of descendants of \"Breast Carcinoma\"", yes: ["a"]),
        Spec(
            "a named set: included, less excluded, and only what is also among others",
            """
            a: medication Paclitaxel 2020
            b: medication Docetaxel 2020
            c: medication Cisplatin 2020
            d: medication Trastuzumab 2020
            """,
            """
            concepts Wanted = include "Antineoplastic Agent" exclude "Docetaxel" only "Taxane", "Trastuzumab"

            cohort C {
              patients where any medication of Wanted
            }
            """, yes: ["a", "d"]),
        Spec(
            "a set among concepts, and in another set",
            "a: medication Paclitaxel 2020\nb: medication Docetaxel 2020\nc: medication Cisplatin 2020",
            """
            concepts Taxanes = include "Taxane" exclude "Docetaxel"
            concepts Wanted = include Taxanes, "Cisplatin"

            cohort C {
              patients where any medication of one of (Wanted, Taxanes)
            }
            """, yes: ["a", "c"]),
    ]

    static let images = [
        Spec(
            "all tests of one `having series` hold for one series",
            """
            a: study 2020 [MR Breast 2mm contrast]
            b: study 2020 [MR Breast 3mm contrast] [MR Breast 2mm plain]
            c: study 2020 [MR Breast 2mm]
            """,
            "  patients where any imaging study having series { modality MR, slice thickness <= 2 mm, contrast yes }", yes: ["a"],
            unknown: ["c"]),
        Spec(
            "a segmentation of a structure",
            "a: study 2020 [CT Abdomen] [SEG Liver]\nb: study 2020 [CT Liver]\nc: study 2020 [SEG Pancreas]",
            "  patients where any imaging study having segmentation of \"Liver\" having series { modality CT }", yes: ["a"], unknown: []),
    ]

    static let patients = [
        Spec(
            "ages are completed years or months",
            """
            a female 2018-02-28: diagnosis LiverCarcinoma 2019-08-27
            b female 2018-02-28: diagnosis LiverCarcinoma 2019-08-28
            c female 2018-02: diagnosis LiverCarcinoma 2019-08-20
            d female: diagnosis LiverCarcinoma 2019-08-20
            """,
            """
              index = first diagnosis of "Liver Carcinoma"
              patients where age at index < 18 months and age at index from 1 to 2 years
            """, yes: ["a"], unknown: ["c", "d"])
    ]

    static let definitions = [
        Spec(
            "a parameter is a number or a date with a name", "a: death 2020-03-01\nb: death 2020-04-01",
            """
            parameter start = 2020-02-01
            parameter reach = 40

            cohort C {
              patients where any death within $reach days after $start
            }
            """, yes: ["a"]),
        Spec(
            "cohorts of cohorts", "a female: study 2020 [CT]\nb female:\nc male: study 2020 [CT]\nd: study 2020 [CT]",
            """
            cohort Women {
              patients where sex is female
            }

            cohort Scanned {
              patients where any imaging study
            }

            cohort C = (Women union Scanned) difference Women
            """, yes: ["c"], unknown: ["d"]),
        Spec(
            "a cohort within a condition, with events of its own",
            """
            a female: diagnosis LungCarcinoma 2020-01-01, study 2020-02-01 [CT]
            b female: diagnosis LungCarcinoma 2020-01-01, study 2019-02-01 [CT]
            """,
            """
            cohort Scanned {
              index = first diagnosis of "Lung Carcinoma"
              patients where any imaging study after index
            }

            cohort C {
              index = first imaging study
              patients where in Scanned and index is after 2020-01-15
            }
            """, yes: ["a"]),
    ]
}
