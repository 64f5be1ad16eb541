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
    { regex: /\b(radiotherapies|intersection|observations|radiotherapy|segmentation|annotations|collections|descendants|medications|observation|annotation|difference|medication|parameters|procedures|diagnoses|diagnosis|parameter|procedure|specimens|threshold|concepts|contains|deadline|dispatch|observed|overlaps|patients|specimen|between|exactly|exclude|highest|imaging|include|minutes|nearest|outputs|overlap|seconds|studies|summary|unknown|access|assume|before|cohort|deaths|during|equals|events|exists|female|funnel|having|import|inputs|lowest|memory|minute|months|report|second|series|starts|visits|within|after|apart|bands|count|death|first|hours|known|least|meets|month|nodes|other|scope|study|times|union|value|visit|weeks|where|years|days|each|ends|from|gpus|hour|last|male|more|most|node|only|than|unit|week|with|year|age|and|any|day|end|gpu|not|one|sex|yes|at|by|in|is|no|of|on|or|to)\b/, token: "keyword" },
    { regex: /<=|>=|\(|\)|,|<|=|>|@|\{|\}/, token: "operator" },
    { regex: /[A-Za-z_][A-Za-z0-9_]*/, token: "variable" },
  ],
  meta: { lineComment: "#" },
});
CodeMirror.defineMIME("text/x-cohortql", "cohortql");
