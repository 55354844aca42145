package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"rivgate/contracts"
)

// bodyLimit bounds every body, in bytes. A message with its attachments in base64 must fit into an envelope of 15 MiB, so no more
// than that can be of use.
const bodyLimit = 16 << 20

// form is what a person typed, and what is wrong with it.
type form struct {
	Name    string // of the form; ids of its fields begin with it
	Values  url.Values
	Errors  map[string]string // by field
	General string            // what is wrong with no field in particular
	order   []string          // fields with errors, as they came
	files   map[string][]sentFile
	dropped bool // files came that were too large, and are not kept
}

// Value is what stands in a field.
func (f *form) Value(field string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(field)
}

// Has tells whether a value of a field with many is chosen.
func (f *form) Has(field, value string) bool {
	return f != nil && slices.Contains(f.Values[field], value)
}

// Error is what is wrong with a field, "" when nothing is.
func (f *form) Error(field string) string {
	if f == nil {
		return ""
	}
	return f.Errors[field]
}

// Failed tells whether anything is wrong.
func (f *form) Failed() bool { return f != nil && (f.General != "" || len(f.Errors) > 0) }

// Head is what did not work, in a sentence: what is sent to others was not sent, and all else was not done.
func (f *form) Head() string {
	switch f.Name {
	case "signin":
		return "Det gick inte att logga in."
	case "search", "review", "resolve":
		return "Det gick inte att söka."
	case "note", "register", "authority", "protect", "phrase", "correct", "place", "consent", "withdraw", "opinion", "child", "nochild":
		return "Det gick inte att spara."
	}
	return "Det gick inte att skicka."
}

// Wrong lists the fields with errors in the order in which they were found.
func (f *form) Wrong() []string {
	if f == nil {
		return nil
	}
	return f.order
}

// ID is the id of a field's element.
func (f *form) ID(field string) string { return f.Name + "-" + field }

// refuse notes what is wrong with a field; the first word on it counts.
func (f *form) refuse(field, text string) {
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	if f.Errors[field] == "" {
		f.Errors[field] = text
		f.order = append(f.order, field)
	}
}

// field is a form and one of its fields, for the piece of template that writes errors.
type field struct {
	Form *form
	Name string
}

func newField(f *form, name string) field { return field{Form: f, Name: name} }

func (f field) ID() string    { return f.Form.ID(f.Name) }
func (f field) Text() string  { return f.Form.Error(f.Name) }
func (f field) Value() string { return f.Form.Value(f.Name) }

// readForm reads a form of either encoding. Files stay in memory: what people attach is not spread over temporary folders.
func readForm(w http.ResponseWriter, r *http.Request, name string) (*form, error) {
	return readFields(w, r, name, bodyLimit, "Filerna är för stora tillsammans: högst 15 MB får plats. Ingen av dem togs emot: välj färre eller mindre filer.")
}

// readFields reads a form of at most so many bytes. Where its files are larger than that, what was typed is kept, the files are not, and the form says so.
func readFields(w http.ResponseWriter, r *http.Request, name string, most int64, tooLarge string) (*form, error) {
	sent, err := readParts(r, most)
	var over *http.MaxBytesError
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if err = r.ParseForm(); errors.As(err, &over) {
			return nil, errTooLarge
		}
		sent.fields = r.PostForm
	case err == nil:
		r.PostForm = sent.fields
	}
	if errors.Is(err, errTooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, errForm
	}
	f, err := newForm(name, sent.fields)
	if err != nil {
		return nil, err
	}
	if f.files = sent.files; sent.over {
		f.dropped = true
		f.refuse("file", tooLarge)
	}
	return f, nil
}

// newForm is what was typed, as it can be stored.
func newForm(name string, fields url.Values) (*form, error) {
	f := &form{Name: name, Values: url.Values{}}
	for key, values := range fields {
		if !storable(key) {
			return nil, errForm
		}
		for _, v := range values {
			v = typed(v)
			if !storable(v) {
				f.refuse(key, textForm)
			}
			f.Values.Add(key, shown(v))
		}
	}
	return f, nil
}

// attachments are the files that came with a form in the field "file"; what is wrong with a name is noted in the form.
func attachments(f *form) []contracts.Attachment {
	var out []contracts.Attachment
	for i, file := range f.files["file"] {
		if file.name == "" && len(file.value) == 0 {
			continue
		}
		out = append(out, newAttachment(i+1, file.name, "", file.value))
	}
	storableFiles(f, out)
	return out
}

// newAttachment describes a file. Its media type, where none is stated, is told from its first bytes, not from its name.
func newAttachment(number int, name, mediaType string, value []byte) contracts.Attachment {
	if mediaType == "" {
		mediaType = http.DetectContentType(value)
		if kind, _, err := mime.ParseMediaType(mediaType); err == nil {
			mediaType = kind
		}
	}
	sum := sha256.Sum256(value)
	return contracts.Attachment{
		ID: strconv.Itoa(number), FileName: path.Base(strings.ReplaceAll(name, `\`, "/")), MediaType: mediaType,
		Size: int64(len(value)), SHA256: hex.EncodeToString(sum[:]), Value: value,
	}
}

// place is a piece of a contract's path and the field that it is typed in.
type place struct{ path, field string }

// take puts a refusal beside the field that it is about, and tells whether it was one: any other error is not the form's.
func (f *form) take(err error, places []place) bool {
	p := forPeople(err)
	if p == errInternal || p.Status == http.StatusNotFound && p.SubCode == "" {
		return false
	}
	for _, at := range places {
		if p.Path != "" && strings.Contains(p.Path, at.path) {
			f.refuse(at.field, p.Detail)
			return true
		}
	}
	if f.General = p.Detail; p.Title != textUnsent { // which the summary begins with
		f.General = p.Title + ". " + p.Detail
	}
	if p.Code != "" { // what to name to who keeps the system
		f.General += " (" + p.Code + ")"
	}
	return true
}

// compactDate turns the YYYY-MM-DD of a date field into YYYYMMDD.
func compactDate(s string) string { return strings.ReplaceAll(s, "-", "") }

// among is a value that is one of those that can be chosen; any other is refused beside its field, and the first stands for it.
func (f *form) among(name, value string, choices ...string) string {
	if slices.Contains(choices, value) {
		return value
	}
	f.refuse(name, "Välj ett av alternativen.")
	return choices[0]
}
