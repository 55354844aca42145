package soap

// BodyChild is the element in Body as it stands in UTF8, from its < to its >; nil unless Complete. Prefixes in it may
// be declared further out.
func (r *Request) BodyChild() []byte {
	if !r.Complete {
		return nil
	}
	return r.utf8[r.guard.BodyStart:r.guard.BodyEnd]
}
