package board

import (
	"encoding/json"
	"io"
)

// exportRows is where the rows of a file go, one at a time.
type exportRows interface {
	Row(values []string) error
	End() error
}

// jsonRows writes rows as one array of objects.
type jsonRows struct {
	w    io.Writer
	head []string
	n    int
}

func (j *jsonRows) Row(values []string) error {
	begin := "[\n"
	if j.n > 0 {
		begin = ",\n"
	}
	j.n++
	object := make(map[string]string, len(values))
	for i, v := range values {
		object[j.head[i]] = v
	}
	b, err := json.Marshal(object)
	if err != nil {
		return err
	}
	_, err = io.WriteString(j.w, begin+string(b))
	return err
}

func (j *jsonRows) End() error {
	text := "\n]\n"
	if j.n == 0 {
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}
