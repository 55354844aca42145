package shell

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
)

// Day reads a day that may be left out.
func (f *Form) Day(field string) routing.Date {
	d, err := routing.ParseDate(f.Value(field))
	if err != nil {
		f.Refuse(field, WordDay)
	}
	return d
}

// Revision is the draft's revision that a form was made from.
func (f *Form) Revision() (int64, error) {
	n, err := strconv.ParseInt(f.Value("revision"), 10, 64)
	if err != nil || n < 0 {
		return 0, ErrForm
	}
	return n, nil
}

// Required is what was typed in a field that must be filled in, of at most so many characters.
func (f *Form) Required(field, missing string, most int) string {
	text := identity.Trim(f.Value(field))
	switch {
	case text == "":
		f.Refuse(field, missing)
	case utf8.RuneCountInString(text) > most:
		f.Refuse(field, fmt.Sprintf(textTooLong, most))
	}
	return text
}

// bodyLimit bounds every request body, in bytes. A message must fit into an envelope of 15 MiB with its attachments in
// base64, so a larger body could never be sent.
const bodyLimit = 16 << 20

// Form is what a person typed, and what is wrong with it.
type Form struct {
	Name    string // of the form; ids of its fields begin with it
	Values  url.Values
	Errors  map[string]string // by field
	General string            // what is wrong with no field in particular
	order   []string          // fields with errors, as they came
	Files   map[string][]sentFile
	dropped bool // files came that were too large, and are not kept
}

// Value is what stands in a field.
func (f *Form) Value(field string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(field)
}

// Has tells whether a value is chosen in a field that can have several.
func (f *Form) Has(field, value string) bool {
	return f != nil && slices.Contains(f.Values[field], value)
}

// Error is what is wrong with a field, "" when nothing is.
func (f *Form) Error(field string) string {
	if f == nil {
		return ""
	}
	return f.Errors[field]
}

// Failed tells whether anything is wrong.
func (f *Form) Failed() bool { return f != nil && (f.General != "" || len(f.Errors) > 0) }

// Head is what did not work, in a sentence: what is sent to others was not sent, and all else was not done.
func (f *Form) Head() string {
	switch f.Name {
	case "signin", "again":
		return textNoSignIn
	case "search", "review", "resolve":
		return textNoSearch
	case "note", "register", "authority", "takeover", "files", "protect", "phrase", "correct", "place", "consent",
		"withdraw", "opinion", "child", "nochild":
		return textNotSaved
	}
	return textNotSent
}

// Wrong lists the fields with errors in the order in which they were found.
func (f *Form) Wrong() []string {
	if f == nil {
		return nil
	}
	return f.order
}

// ID is the id of a field's element.
func (f *Form) ID(field string) string { return f.Name + "-" + field }

// Refuse notes what is wrong with a field. Only the first note on a field is kept.
func (f *Form) Refuse(field, text string) {
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	if f.Errors[field] == "" {
		f.Errors[field] = text
		f.order = append(f.order, field)
	}
}

// Field is a form and one of its fields, for the piece of template that writes errors.
type Field struct {
	Form *Form
	Name string
}

// NewField is a field of a form, for a template.
func NewField(f *Form, name string) Field { return Field{Form: f, Name: name} }

// ID is the id of the field's element.
func (f Field) ID() string { return f.Form.ID(f.Name) }

// Text is what is wrong with the field.
func (f Field) Text() string { return f.Form.Error(f.Name) }

// Value is what stands in the field.
func (f Field) Value() string { return f.Form.Value(f.Name) }

// ReadForm reads a form of either encoding. Files stay in memory: what people attach is not spread over temporary
// folders.
func ReadForm(w http.ResponseWriter, r *http.Request, name string) (*Form, error) {
	return readFields(w, r, name, bodyLimit, textFilesTooLarge)
}

// fieldsLimit bounds a form without files, in bytes.
const fieldsLimit = 256 << 10

// ReadFields reads a form without files, of either encoding. The caller may be anybody, so it reads no more bytes than
// such a form can have.
func ReadFields(w http.ResponseWriter, r *http.Request, name string) (*Form, error) {
	f, err := readFields(w, r, name, fieldsLimit, textFilesTooLarge)
	if err == nil {
		f.Files = nil
	}
	return f, err
}

// readFields reads a form of at most so many bytes. Where its files are larger than that, what was typed is kept, the
// files are not, and the form says so.
func readFields(w http.ResponseWriter, r *http.Request, name string, most int64, tooLarge string) (*Form, error) {
	sent, err := readParts(r, most)
	var over *http.MaxBytesError
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if err = r.ParseForm(); errors.As(err, &over) {
			return nil, ErrTooLarge
		}
		sent.fields = r.PostForm
	case err == nil:
		r.PostForm = sent.fields
	}
	if errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, ErrForm
	}
	f, err := newForm(name, sent.fields)
	if err != nil {
		return nil, err
	}
	if f.Files = sent.files; sent.over {
		f.dropped = true
		f.Refuse("file", tooLarge)
	}
	return f, nil
}

// newForm is what was typed, as it can be stored.
func newForm(name string, fields url.Values) (*Form, error) {
	f := &Form{Name: name, Values: url.Values{}}
	for key, values := range fields {
		if !storable(key) {
			return nil, ErrForm
		}
		for _, v := range values {
			v = typed(v)
			if !storable(v) {
				f.Refuse(key, textForm)
			}
			f.Values.Add(key, shown(v))
		}
	}
	return f, nil
}

// Attachments are the files that came with a form in the field "file"; what is wrong with a name is noted in the form.
func Attachments(f *Form) []contracts.Attachment {
	var out []contracts.Attachment
	for i, file := range f.Files["file"] {
		if file.name == "" && len(file.Value) == 0 {
			continue
		}
		out = append(out, NewAttachment(i+1, file.name, "", file.Value))
	}
	storableFiles(f, out)
	return out
}

// NewAttachment describes a file. Its media type, where none is stated, is told from its first bytes, not from its
// name.
func NewAttachment(number int, name, mediaType string, value []byte) contracts.Attachment {
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

// Place is a piece of a contract's path and the field that it is typed in.
type Place struct{ Path, Field string }

// Take puts a refusal beside the field that it is about. It returns false for any other error, which is not about the
// form.
func (f *Form) Take(err error, places []Place) bool {
	p := forPeople(err)
	if p == errInternal || p.Status == http.StatusNotFound && p.SubCode == "" {
		return false
	}
	for _, at := range places {
		if p.Path != "" && strings.Contains(p.Path, at.Path) {
			f.Refuse(at.Field, p.Detail)
			return true
		}
	}
	if f.General = p.Detail; p.Title != titleUnsent { // which the summary begins with
		f.General = p.Title + ". " + p.Detail
	}
	if p.Code != "" { // what to name to who keeps the system
		f.General += " (" + p.Code + ")"
	}
	return true
}

// CompactDate turns the YYYY-MM-DD of a date field into YYYYMMDD.
func CompactDate(s string) string { return strings.ReplaceAll(s, "-", "") }

// Among is the value of a field in which only some values can be chosen. Any other value is refused beside the field,
// and the first choice is returned instead.
func (f *Form) Among(name, value string, choices ...string) string {
	if slices.Contains(choices, value) {
		return value
	}
	f.Refuse(name, textOneOf)
	return choices[0]
}

// Moment is the beginning of the day in a field, in Sweden; zero for an empty field. A wrong day is noted in the form.
func (f *Form) Moment(field string) time.Time {
	text := f.Value(field)
	if text == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, routing.Stockholm())
	if err != nil {
		f.Refuse(field, textGiveDay)
		return time.Time{}
	}
	return t
}

// Midnight is the beginning of the day in a field, in Sweden; zero for an empty field or a wrong day, which is noted in
// the form.
func (f *Form) Midnight(field string) time.Time {
	text := f.Value(field)
	if text == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, routing.Stockholm())
	if err != nil {
		f.Refuse(field, WordDay)
	}
	return t
}
