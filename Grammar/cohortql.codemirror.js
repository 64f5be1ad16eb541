// CohortQL for CodeMirror 5 with addon/mode/simple; made from the grammar of record.
CodeMirror.defineSimpleMode("cohortql", {
  start: [
    { regex: /#.*$/, token: "comment" },
    { regex: /"(\\.|[^"\\])*"/, token: "string" },
    { regex: /\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b/, token: "number" },
    { regex: /\$[A-Za-z_][A-Za-z0-9_]*/, token: "variable-2" },
    { regex: /\b[A-Za-z_][A-Za-z0-9_]*:[A-Za-z0-9_.\/%-]+/, token: "atom" },
    { regex: /\b[0-9]+(\.[0-9]+)?(st|nd|rd|th)?\b/, token: "number" },
    { regex: /\b[A-Za-z_][A-Za-z0-9_]*(?=\s*=[^=])/, token: "def" },
    { regex: /\b(condition_occurrence|procedure_occurrence|observation_period|provider_specialty|payer_plan_period|occurrence_count|range_high_ratio|value_as_concept|visit_occurrence|device_exposure|range_low_ratio|value_as_number|disease_status|radiotherapies|anatomic_site|condition_era|drug_exposure|intersection|observations|radiotherapy|segmentation|visit_detail|annotations|collections|days_supply|descendants|measurement|medications|observation|age_at_end|annotation|difference|dose_value|medication|parameters|procedures|range_high|start_date|visit_type|diagnoses|diagnosis|parameter|procedure|qualifier|range_low|semantics|specimens|threshold|collapse|concepts|contains|deadline|decrease|dispatch|distinct|dose_era|doubling|drug_era|end_date|exposure|gap_days|increase|modifier|observed|operator|overlaps|patients|quantity|relative|specimen|between|exactly|exclude|highest|imaging|include|minutes|nearest|outputs|overlap|qualify|refills|seconds|studies|summary|unknown|access|assume|before|censor|change|cohort|deaths|during|equals|events|exists|female|funnel|having|import|inputs|length|lowest|mapped|memory|minute|months|period|report|second|series|source|starts|status|visits|within|after|apart|atlas|bands|codes|count|death|enter|first|hours|known|least|meets|month|nodes|other|route|scope|start|study|times|union|value|visit|weeks|where|years|days|each|ends|exit|from|gaps|gpus|hour|keep|last|male|more|most|node|none|only|rule|same|than|time|type|unit|week|with|year|age|all|and|any|day|end|gpu|its|not|one|sex|the|yes|as|at|by|in|is|it|no|of|on|or|to)\b/, token: "keyword" },
    { regex: /<=|>=|\(|\)|,|<|=|>|@|\{|\}/, token: "operator" },
    { regex: /[A-Za-z_][A-Za-z0-9_]*/, token: "variable" },
  ],
  meta: { lineComment: "#" },
});
CodeMirror.defineMIME("text/x-cohortql", "cohortql");
