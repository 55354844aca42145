package shell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
)

// OrEmpty makes a list that JSON writes as [] when there is nothing in it.
func OrEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// Number reads a whole number from 1 on.
func (q *Query) Number(name string) int64 {
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < 1 {
		q.Wrong(name, textWholeNumber)
		return 1
	}
	return n
}

// ReadJSON reads a body strictly: one value, no unknown field, within the limit. The refusal names the field, never
// what stood in it. Texts that XML cannot hold are refused too.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return NewProblem(http.StatusUnsupportedMediaType, "media-type", textMediaType, textSendJSON)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		return ofJSON(err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return ofJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Invalid("", textAfterJSON)
	}
	return StorableJSON(body) // last: all names in its paths are ours
}

// ofJSON says what is wrong with a body in our own words: the decoder's may quote it.
func ofJSON(err error) error {
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &tooLarge):
		return ErrTooLarge
	case errors.As(err, &wrongType):
		return Invalid(fieldName(strings.ReplaceAll(wrongType.Field, ".", "/")), textWrongType)
	case errors.As(err, &syntax):
		return Invalid("", fmt.Sprintf(textBadJSON, syntax.Offset))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Invalid("", textCutJSON)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		if name, err := strconv.Unquote(name); err == nil {
			return Invalid(fieldName(name), textNoField)
		}
	}
	return Invalid("", WordBadValue)
}

// WriteJSON writes an answer.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the reader may have gone
	return nil
}

// List is the form of every list: an array that is never null.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // value of "after" for the next page; "" on the last
}

// Query reads parameters; the first that is wrong is kept.
type Query struct {
	url.Values
	Err error
}

// ReadQuery refuses parameters that the endpoint does not know: a misspelt filter must not widen a list.
func ReadQuery(r *http.Request, known ...string) *Query {
	q := &Query{Values: r.URL.Query()}
	for name, values := range q.Values {
		found := false
		for _, k := range known {
			found = found || k == name
		}
		switch {
		case !found:
			q.Wrong(fieldName(clean(name)), textNoParameter)
		case len(values) > 1:
			q.Wrong(name, textParameterTwice)
		}
	}
	return q
}

// Wrong notes what is wrong with a parameter; the first one counts.
func (q *Query) Wrong(name, detail string) {
	if q.Err == nil {
		q.Err = Invalid(name, detail)
	}
}

// Limit is the page size, 1 to 500; default 50.
func (q *Query) Limit() int {
	text := q.Get("limit")
	if text == "" {
		return 50
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 500 {
		q.Wrong("limit", textLimit)
		return 50
	}
	return n
}

// Moment reads RFC 3339, or a Swedish day that begins at midnight. Zero when it is not there.
func (q *Query) Moment(name string) time.Time {
	text := q.Get(name)
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, text, routing.Stockholm())
	if err != nil {
		q.Wrong(name, textMoment)
	}
	return t
}
