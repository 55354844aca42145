package guard

import "cmp"

// Limits bounds what the guard lets through. A field that is not above 0 means its default.
type Limits struct {
	Tag        int64 // bytes of one tag; default 1 MiB
	Depth      int   // element nesting; default 100
	Attributes int   // attributes of one element; default 128
	Namespaces int   // namespace declarations in scope; default 128
	Name       int   // bytes of one name; default 512. A namespace may have four times as many
}

func (l Limits) defaulted() Limits {
	return Limits{
		Tag: cmp.Or(max(l.Tag, 0), 1<<20), Depth: cmp.Or(max(l.Depth, 0), 100), Attributes: cmp.Or(max(l.Attributes, 0), 128),
		Namespaces: cmp.Or(max(l.Namespaces, 0), 128), Name: cmp.Or(max(l.Name, 0), 512),
	}
}
