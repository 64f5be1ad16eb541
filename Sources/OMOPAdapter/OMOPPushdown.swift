/// How much of a plan the database itself sorts out.
public enum OMOPPushdown: Sendable {
    /// Concepts alone; every value is sent and compared here. The plain way, which the other is held against.
    case concepts
    /// Also what surely fails: values in known units, known codes, images of other properties, patients who lack what a plan requires.
    case all
}
