package accesslog

// Query is the query of AccessLog.
func (f Filter) Query() (query string, args []any) { return f.query("seq DESC") }
