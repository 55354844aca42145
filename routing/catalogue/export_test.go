package catalogue

// CodeOfRule is the code of a rule by its words.
func CodeOfRule(rule string) ProblemCode { return problemCodes()[rule] }
