package recording

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"rivgate/contracts/redact"
	"rivgate/soap"
)

// Redactor takes persons out of exchanges. One and the same person stays one in all that one Redactor is given.
type Redactor struct {
	Masker *redact.Masker
	Now    time.Time // for exchanges that do not say when they were
	// LeaveOut leaves out parts of which nothing can be kept, because they are no XML; else they are an error
	LeaveOut bool

	bodies map[string][]byte // body files as they are to be, by their path below the folder
}

// leftOut is the tag of an exchange of which a part could not be kept.
const leftOut = "left-out:"

// keptHeaders are those whose values say nothing of a person, a number in them aside.
var keptHeaders = []string{
	"content-type", "content-length", "soapaction", "date", "server", "connection", "content-encoding",
	"transfer-encoding", "x-skltp-", "x-rivta-", "x-vp-sender-id", "x-vp-instance-id", "user-agent", "accept",
}

// Exchange takes persons out of all parts of an exchange that stands in a file of that name. What was replaced in the
// response is a placeholder from then on. The error names the part; the exchange is then good for nothing.
func (r *Redactor) Exchange(file string, e *Exchange) error {
	r.Masker.At = r.Now
	if !e.When.IsZero() {
		r.Masker.At = e.When
	}
	for _, name := range []string{RequestHeaders, ResponseHeaders} {
		r.replace(file, e, name, r.headers(e.Part(name)))
	}
	for _, name := range []string{Sent, Log, Delivery} {
		r.replace(file, e, name, []byte(r.Masker.Scrub(string(e.Part(name)))))
	}
	for _, name := range []string{Request, Response} {
		if err := r.envelope(file, e, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	e.Redaction = redact.Profile
	return nil
}

func (r *Redactor) envelope(file string, e *Exchange, name string) error {
	headers := map[string]string{Request: RequestHeaders, Response: ResponseHeaders}[name]
	content, kind := e.Part(name), e.Header(headers).Get("Content-Type")
	if content == nil {
		return nil
	}
	content, kind, err := together(content, kind)
	var masked []byte
	var places []string
	if err == nil {
		masked, places, err = r.Masker.MaskPlaces(content, kind)
	}
	switch {
	case errors.Is(err, redact.ErrUsedUp):
		return err
	case err != nil && r.LeaveOut:
		e.Set(name, nil)
		e.Tags = append(slices.DeleteFunc(slices.Clone(e.Tags), func(t string) bool { return t == leftOut+name }),
			leftOut+name)
		return nil
	case err != nil:
		return err
	}
	r.replace(file, e, name, masked)
	if text := e.Part(headers); text != nil {
		r.replace(file, e, headers, inUTF8(text))
	}
	if name == Response {
		e.hold(places)
	}
	return nil
}

// hold makes placeholders of the values that were replaced.
func (e *Exchange) hold(places []string) {
	for _, place := range places {
		if e.Placeholders[place] != "" || strings.Contains(place, "xmlns") {
			continue
		}
		held := maps.Clone(e.Placeholders)
		if held == nil {
			held = map[string]Placeholder{}
		}
		held[place] = AnyValue
		e.Placeholders = held
	}
}

// together is a message that came in parts as one envelope, and its content type; any other as it is.
func together(content []byte, kind string) ([]byte, string, error) {
	if media, _, err := mime.ParseMediaType(kind); err != nil || !strings.HasPrefix(media, "multipart/") {
		return content, kind, nil
	}
	limit := int64(largestFile)
	request, err := soap.ReadRequest(bytes.NewReader(content), kind, soap.Limits{Message: limit, Whole: limit})
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", redact.ErrNotMasked, err)
	}
	return request.UTF8(), soap.ContentType, nil
}

// inUTF8 are headers whose body is one text in UTF-8 by now.
func inUTF8(headers []byte) []byte {
	var out strings.Builder
	for line := range strings.Lines(string(headers)) {
		name, value, _ := strings.Cut(line, ":")
		switch lower := strings.ToLower(value); {
		case strings.EqualFold(name, "Content-Encoding"):
		case strings.EqualFold(name, "Content-Type") && (strings.Contains(lower, "multipart/") ||
			strings.Contains(lower, "charset") && !strings.Contains(lower, "utf-8")):
			out.WriteString(name + ": " + soap.ContentType + "\n")
		default:
			out.WriteString(line)
		}
	}
	return []byte(out.String())
}

// headers keeps the values that it knows, numbers of persons scrubbed; of any other header the name alone.
func (r *Redactor) headers(text []byte) []byte {
	var out strings.Builder
	first := true
	for line := range strings.Lines(string(text)) {
		name, _, isHeader := strings.Cut(line, ":")
		start := first && (strings.HasPrefix(line, "HTTP/") || strings.Contains(name, " "))
		first = false
		known := slices.ContainsFunc(keptHeaders, func(k string) bool {
			lower := strings.ToLower(strings.TrimSpace(name))
			return lower == k || strings.HasSuffix(k, "-") && strings.HasPrefix(lower, k)
		})
		switch {
		case start:
			out.WriteString(r.Masker.Scrub(line))
		case isHeader && (known || strings.HasPrefix(name, testHeader)):
			out.WriteString(r.Masker.Scrub(line))
		case isHeader:
			out.WriteString(name + ": redacted\n")
		}
	}
	return []byte(out.String())
}

// replace replaces a part. One that stands in a body file stays there, as long as all that stand there become the same.
func (r *Redactor) replace(file string, e *Exchange, name string, content []byte) {
	p := e.parts[name]
	if p == nil || bytes.Equal(p.content, content) && p.body == "" {
		return
	}
	body := p.body
	e.Set(name, content)
	if body == "" || len(content) == 0 {
		return
	}
	at := path.Join(path.Dir(file), body)
	if r.bodies == nil {
		r.bodies = map[string][]byte{}
	}
	if before, ok := r.bodies[at]; !ok || bytes.Equal(before, content) {
		r.bodies[at] = content
		e.parts[name].body = body
	}
}

// Common takes what can be a person's number out of the parts that belong to no exchange, and out of what stands above
// all of them. Their texts stay.
func (r *Redactor) Common(f *File) {
	f.Comment = r.Masker.Scrub(f.Comment)
	for name, content := range f.Common {
		f.Common[name] = []byte(r.Masker.Scrub(string(content)))
	}
}

// Body is a body file as the exchanges need it that stand in it; false where none does.
func (r *Redactor) Body(file string) ([]byte, bool) {
	content, ok := r.bodies[file]
	return content, ok
}

// Leak is a number that can be a person's and is no test number.
type Leak struct {
	File     string `json:"file"`
	Exchange string `json:"exchange,omitempty"`
	Part     string `json:"part,omitempty"` // "name" for the name of the file or of the exchange
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"` // in bytes
	In       string `json:"in,omitempty"`     // as redact.Found says
}

func (l Leak) String() string {
	at := l.File
	for _, more := range []string{l.Exchange, l.Part} {
		if more != "" {
			at += ": " + more
		}
	}
	if l.Line > 0 {
		at += fmt.Sprintf(":%d:%d", l.Line, l.Column)
	}
	if l.In != "" {
		return at + ": in " + l.In + ": a person's number that is no test number"
	}
	return at + ": a person's number that is no test number"
}

// CheckText finds such numbers in a text.
func CheckText(at Leak, text []byte) (all []Leak) {
	for _, found := range redact.Check(text) {
		l := at
		before := text[:found.Offset]
		l.Line, l.In = 1+bytes.Count(before, []byte("\n")), found.In
		l.Column = found.Offset - bytes.LastIndexByte(before, '\n')
		all = append(all, l)
	}
	return all
}

// Check finds them in all parts of the exchange.
func (e *Exchange) Check(file string) (all []Leak) {
	if redact.Check([]byte(e.ID)) != nil {
		all = append(all, Leak{File: file, Exchange: e.ID, Part: "name"})
	}
	for _, name := range parts {
		text := e.Part(name)
		if inUTF8, err := redact.UTF8(text, e.ContentType()); err == nil && name == Request {
			text = inUTF8
		} else if bytes.IndexByte(text, 0) >= 0 {
			text = bytes.ReplaceAll(text, []byte{0}, nil) // UTF-16, whichever
		}
		all = append(all, CheckText(Leak{File: file, Exchange: e.ID, Part: name}, text)...)
	}
	said := fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s", e.Tool, e.Tags, e.Ignore, slices.Sorted(maps.Keys(e.Placeholders)),
		e.Outcome)
	if len(redact.Check(said)) > 0 {
		all = append(all, Leak{File: file, Exchange: e.ID, Part: descriptionFile})
	}
	return all
}

// Check finds them in a whole file.
func (f *File) Check(file string) (all []Leak) {
	all = CheckText(Leak{File: file}, []byte(f.Comment))
	for _, e := range f.Exchanges {
		all = append(all, e.Check(file)...)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Common)) {
		all = append(all, CheckText(Leak{File: file, Part: name}, f.Common[name])...)
	}
	return all
}
