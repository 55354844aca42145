package recording

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

// description is exchange.yaml: what an exchange is, and how those of its parts stand in the file that do not stand
// there as they are.
type description struct {
	ID           string                 `yaml:"id,omitempty"`
	Contract     string                 `yaml:"contract,omitempty"`
	Direction    Direction              `yaml:"direction,omitempty"`
	When         string                 `yaml:"when,omitempty"`
	Tool         string                 `yaml:"tool,omitempty"`
	Redaction    string                 `yaml:"redaction,omitempty"`
	Tags         []string               `yaml:"tags,omitempty,flow"`
	Outcome      string                 `yaml:"outcome,omitempty"`
	Ignore       []string               `yaml:"ignore,omitempty"`
	Placeholders map[string]Placeholder `yaml:"placeholders,omitempty"`
	Sums         map[string]string      `yaml:"sums,omitempty"` // by part: SHA-256 of its bytes, in hexadecimal digits
	Parts        map[string]*manner     `yaml:"parts,omitempty,flow"`
}

// manner is how a part stands in its file.
type manner struct {
	Body     string `yaml:"body,omitempty"`     // it is this file, relative to the recording
	Encoding string `yaml:"encoding,omitempty"` // "base64"
	Newline  string `yaml:"newline,omitempty"`  // "none": the last line does not end
}

const (
	descriptionFile = "exchange.yaml"
	base64Encoding  = "base64"
	noNewline       = "none"
	base64Width     = 100
)

// Read reads one file of recordings. What it refuses is named with the exchange and part.
func Read(tree fs.FS, name string) (*File, error) {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, fmt.Errorf("reading recordings: %w", err)
	}
	r := reader{
		only: strings.TrimSuffix(path.Base(name), Extension),
		open: func(body string) ([]byte, error) { return fs.ReadFile(tree, path.Join(path.Dir(name), body)) },
		file: &File{}, described: map[string]*description{},
	}
	if err := r.read(txtar.Parse(text)); err != nil {
		return nil, fmt.Errorf("reading recordings: %s: %w", name, err)
	}
	return r.file, nil
}

// reader reads one archive.
type reader struct {
	only      string // id of an exchange whose parts stand without a folder
	open      func(body string) ([]byte, error)
	file      *File
	described map[string]*description // by exchange
}

func (r *reader) read(archive *txtar.Archive) error {
	r.file.Comment = string(archive.Comment)
	for _, f := range archive.Files {
		id, name, inFolder := strings.Cut(f.Name, "/")
		if !inFolder {
			id, name = r.only, f.Name
		}
		var err error
		switch {
		case name == descriptionFile:
			err = r.describe(id, inFolder, f.Data)
		case slices.Contains(parts, name):
			err = r.part(id, name, f.Data)
		case inFolder:
			err = fmt.Errorf("an exchange has no part %s", name)
		default:
			err = r.common(name, f.Data)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, e := range r.file.Exchanges {
		d := r.described[e.ID]
		if d == nil {
			continue
		}
		for name := range d.Parts {
			return fmt.Errorf("%s: %s describes %s, which is not there", e.ID, descriptionFile, name)
		}
		if err := e.checkSums(d.Sums); err != nil {
			return fmt.Errorf("%s: %w", e.ID, err)
		}
	}
	for _, e := range r.file.Exchanges { // an exchange without a folder may be called otherwise than its file
		if d := r.described[e.ID]; d != nil && d.ID != "" {
			e.ID = d.ID
		}
	}
	return nil
}

// exchange is the one of that id. Its parts stand together.
func (r *reader) exchange(id string) (*Exchange, error) {
	if n := len(r.file.Exchanges); n > 0 && r.file.Exchanges[n-1].ID == id {
		return r.file.Exchanges[n-1], nil
	}
	for _, e := range r.file.Exchanges {
		if e.ID == id {
			return nil, errors.New("the parts of an exchange stand apart")
		}
	}
	e := &Exchange{ID: id, parts: map[string]*part{}}
	r.file.Exchanges = append(r.file.Exchanges, e)
	return e, nil
}

// describe reads exchange.yaml, and the parts that stand in body files.
func (r *reader) describe(id string, inFolder bool, text []byte) error {
	e, err := r.exchange(id)
	if err != nil {
		return err
	}
	if r.described[id] != nil || len(e.parts) > 0 {
		return errors.New("it stands once, before the parts")
	}
	d := &description{}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(d); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	r.described[id] = d
	if err := e.take(d, inFolder); err != nil {
		return err
	}
	for name, m := range d.Parts {
		if m == nil || m.Body == "" {
			continue
		}
		content, err := r.open(m.Body)
		if errors.Is(err, fs.ErrInvalid) {
			return fmt.Errorf("%s stands outside the folder that was opened: open one above it", m.Body)
		}
		if err != nil {
			return err
		}
		if !slices.Contains(parts, name) || len(content) == 0 || m.Encoding != "" || m.Newline != "" {
			return fmt.Errorf("%s cannot stand in %s", name, m.Body)
		}
		e.parts[name] = &part{content: content, body: m.Body}
		delete(d.Parts, name)
	}
	return nil
}

func (r *reader) part(id, name string, text []byte) error {
	e, err := r.exchange(id)
	if err != nil {
		return err
	}
	if e.parts[name] != nil {
		return errors.New("the part is there twice")
	}
	m := &manner{}
	if d := r.described[id]; d != nil && d.Parts[name] != nil {
		m = d.Parts[name]
		delete(d.Parts, name)
	}
	content, err := m.decode(text)
	if err != nil {
		return err
	}
	if len(content) > 0 {
		e.parts[name] = &part{content: content}
	}
	return nil
}

func (r *reader) common(name string, text []byte) error {
	if r.file.Common[name] != nil {
		return errors.New("the part is there twice")
	}
	if r.file.Common == nil {
		r.file.Common = map[string][]byte{}
	}
	r.file.Common[name] = text
	return nil
}

// decode gives the bytes of a part back.
func (m *manner) decode(text []byte) ([]byte, error) {
	switch m.Newline {
	case "":
	case noNewline:
		text = bytes.TrimSuffix(text, []byte("\n"))
	default:
		return nil, fmt.Errorf("newline %q is not known", m.Newline)
	}
	switch m.Encoding {
	case "":
		return text, nil
	case base64Encoding:
		return base64.StdEncoding.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	}
	return nil, fmt.Errorf("encoding %q is not known", m.Encoding)
}

// encode is how a part stands in its file: as it is where that is possible.
func encode(content []byte) (text []byte, m *manner) {
	if !standsAsText(content) {
		return wrapped(base64.StdEncoding.EncodeToString(content)), &manner{Encoding: base64Encoding}
	}
	if !bytes.HasSuffix(content, []byte("\n")) {
		return append(slices.Clone(content), '\n'), &manner{Newline: noNewline}
	}
	return content, nil
}

// standsAsText tells whether txtar gives the content back, but for a newline at its end.
func standsAsText(content []byte) bool {
	if !utf8.Valid(content) {
		return false
	}
	back := txtar.Parse(txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: "x", Data: content}}}))
	return len(back.Files) == 1 &&
		bytes.Equal(bytes.TrimSuffix(back.Files[0].Data, []byte("\n")), bytes.TrimSuffix(content, []byte("\n")))
}

func wrapped(line string) (text []byte) {
	for ; len(line) > base64Width; line = line[base64Width:] {
		text = append(append(text, line[:base64Width]...), '\n')
	}
	return append(append(text, line...), '\n')
}

// Format is the file as text. The parts of a single exchange that has the name of the file stand without a folder.
// Contract and outcome are written as the parts say.
func (f *File) Format(name string) ([]byte, error) {
	archive := &txtar.Archive{Comment: []byte(f.Comment)}
	for _, e := range f.Exchanges {
		folder := e.ID + "/"
		if len(f.Exchanges) == 1 && e.ID == name {
			folder = ""
		}
		if err := e.format(archive, folder); err != nil {
			return nil, fmt.Errorf("%s: %w", e.ID, err)
		}
	}
	for _, common := range slices.Sorted(maps.Keys(f.Common)) {
		content := f.Common[common]
		if _, m := encode(content); m != nil || strings.Contains(common, "/") || slices.Contains(parts, common) {
			return nil, fmt.Errorf("%s is no text that can stand for all exchanges", common)
		}
		archive.Files = append(archive.Files, txtar.File{Name: common, Data: content})
	}
	return txtar.Format(archive), nil
}

func (e *Exchange) format(archive *txtar.Archive, folder string) error {
	d := e.describe()
	var files []txtar.File
	for _, name := range parts {
		p := e.parts[name]
		if p == nil {
			continue
		}
		if p.body != "" {
			d.Parts[name] = &manner{Body: p.body}
			continue
		}
		text, m := encode(p.content)
		if m != nil {
			d.Parts[name] = m
		}
		files = append(files, txtar.File{Name: folder + name, Data: text})
	}
	if reflect.DeepEqual(d, description{Parts: map[string]*manner{}}) && len(files) > 0 {
		archive.Files = append(archive.Files, files...)
		return nil
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(d); err != nil {
		return err
	}
	archive.Files = append(append(archive.Files, txtar.File{Name: folder + descriptionFile, Data: text.Bytes()}), files...)
	return nil
}
