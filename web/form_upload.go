package web

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"rivgate/contracts"
)

// Bounds of a form whose files go to the reporter, in bytes: a file of 20 MB and what comes with it fit, and ten such files come in a few turns.
const (
	uploadMost = 64 << 20
	headMost   = 256 << 10 // of what was typed, which comes before the files
	drainMost  = 512 << 20
)

// readUpload is readForm with room for files. Where there is more than that, what was typed is kept, the files are not, and the form says so: the
// body is read to its end, so that the browser hears of it.
func readUpload(w http.ResponseWriter, r *http.Request, name string) (*form, error) {
	var head bytes.Buffer
	body := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(body, &firstBytes{&head, headMost}), body}
	f, err := readBounded(w, r, name, uploadMost)
	if !errors.Is(err, errTooLarge) {
		return f, err
	}
	if _, err := io.CopyN(io.Discard, body, drainMost); err == nil {
		return nil, errTooLarge
	}
	if f, err = newForm(name, typedFields(r.Header.Get("Content-Type"), &head)); err != nil {
		return nil, err
	}
	f.refuse("file", "Filerna är för stora tillsammans. Ingen av dem är sparad: lägg till dem några i taget, och spara utkastet emellan.")
	return f, nil
}

// room is how many bytes of files one message can have: in base64, with what comes beside them, they must fit into the largest message that the line takes.
func (s *Site) room() int64 {
	const usual, beside = 15 << 20, 256 << 10
	return (cmp.Or(s.Relay.Limits.Message, usual) - beside) / 4 * 3
}

func total(files []contracts.Attachment) (sum int64) {
	for _, f := range files {
		sum += f.Size
	}
	return sum
}

// firstBytes keeps the beginning of what is written to it.
type firstBytes struct {
	into *bytes.Buffer
	left int
}

func (f *firstBytes) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	f.into.Write(p[:n])
	return len(p), nil
}

// typedFields are the fields at the beginning of a form of several parts, up to its first file or to where it breaks off.
func typedFields(contentType string, head io.Reader) url.Values {
	fields := url.Values{}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fields
	}
	parts := multipart.NewReader(head, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil || part.FileName() != "" {
			return fields
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return fields
		}
		fields.Add(part.FormName(), string(value))
	}
}
