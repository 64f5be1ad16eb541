/// How much of a plan the database itself sorts out.
public enum OMOPPushdown: Sendable {
    /// Concepts alone; every value is sent and compared here. The plain way, which the others are held against.
    case concepts
    /// Also what surely fails: values in known units, known codes, images of other properties, patients who lack what a plan requires.
    case filters
    /// Also whole plans, where they can be said exactly: then numbers alone are sent. Events are looked up by patient, which takes indices on
    /// the patients of the tables of events; where a site has none, it is slow.
    case all
}
