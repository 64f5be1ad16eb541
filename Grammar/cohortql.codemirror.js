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
    { regex: /\b(radiotherapies|intersection|observations|radiotherapy|segmentation|descendants|medications|observation|difference|medication|procedures|diagnoses|diagnosis|parameter|procedure|specimens|concepts|contains|observed|overlaps|patients|specimen|between|exactly|exclude|imaging|include|nearest|studies|unknown|before|cohort|deaths|during|equals|exists|female|having|import|months|report|series|starts|visits|within|after|apart|bands|count|death|first|known|least|meets|month|other|study|times|union|visit|weeks|where|years|days|each|ends|from|last|male|more|most|node|only|than|week|with|year|age|and|any|day|end|not|one|sex|yes|at|by|in|is|no|of|on|or|to)\b/, token: "keyword" },
    { regex: /<=|>=|\(|\)|,|<|=|>|\{|\}/, token: "operator" },
    { regex: /[A-Za-z_][A-Za-z0-9_]*/, token: "variable" },
  ],
  meta: { lineComment: "#" },
});
CodeMirror.defineMIME("text/x-cohortql", "cohortql");
