package shell

import (
	"cmp"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"rivgate/contracts"
)

// Bounds of a form with files: the bytes of one whose files go to the reporter (a file of 20 MB and what comes with it
// fit, and ten such files come in a few turns), of any that is read to its end although it is too large, and how many
// parts it may have.
const (
	uploadMost = 64 << 20
	drainMost  = 512 << 20
	partsMost  = 1000
)

// ReadUpload is ReadForm with room for files.
func ReadUpload(w http.ResponseWriter, r *http.Request, name string) (*Form, error) {
	return readFields(w, r, name, uploadMost, textUploadTooLarge)
}

// sentForm is a form of several parts as it came.
type sentForm struct {
	fields url.Values
	files  map[string][]sentFile
	over   bool // there were more files than may be kept, so none is
}

type sentFile struct {
	name  string
	Value []byte
}

// readParts reads a form of several parts. What was typed may stand behind the files, so one that is too large is read
// to its end as well, for a while, without being kept. http.ErrNotMultipart for a form of one part, ErrTooLarge where
// it is the text that is too large.
func readParts(r *http.Request, most int64) (sent sentForm, err error) {
	sent = sentForm{fields: url.Values{}, files: map[string][]sentFile{}}
	whole := r.Body
	r.Body = http.MaxBytesReader(nil, whole, drainMost)
	parts, err := r.MultipartReader()
	if err != nil {
		r.Body = whole
		return sent, err
	}
	for range partsMost {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return sent, nil
		}
		if err == nil {
			most, err = sent.take(part, most)
		}
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) { // and it goes on: the text behind the files is not waited for
			sent.over, sent.files = true, nil
			return sent, nil
		}
		if err != nil {
			return sent, err
		}
	}
	return sent, ErrForm
}

// take keeps a part within the bytes that are left, and tells how many are left behind it.
func (s *sentForm) take(part *multipart.Part, left int64) (int64, error) {
	value, err := io.ReadAll(io.LimitReader(part, left+1))
	if err != nil {
		return left, err
	}
	isFile := part.FileName() != ""
	switch {
	case int64(len(value)) <= left && !isFile:
		s.fields.Add(part.FormName(), string(value))
	case int64(len(value)) <= left && !s.over:
		s.files[part.FormName()] = append(s.files[part.FormName()], sentFile{part.FileName(), value})
	case !isFile:
		return left, ErrTooLarge
	default:
		s.over, s.files = true, nil
		_, err = io.Copy(io.Discard, part)
		return left, err
	}
	return left - int64(len(value)), nil
}

// Room is how many bytes of files one message can have: in base64, with what comes beside them, they must fit into the
// largest message that the line takes.
func (s *Site) Room() int64 {
	const usual, beside = 15 << 20, 256 << 10
	return (cmp.Or(s.Relay.Limits.Message, usual) - beside) / 4 * 3
}

// Total is the size of all files, in bytes.
func Total(files []contracts.Attachment) (sum int64) {
	for _, f := range files {
		sum += f.Size
	}
	return sum
}

// AnswerBeforeEnd lets an answer that does not wait for the end of what is sent reach its caller. A connection that is
// closed with unread bytes is reset, and with it goes the answer: so it is written at once, for those who read while
// they send, and then what still comes is read and thrown away, for a while.
func AnswerBeforeEnd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		body := &watchedBody{ReadCloser: r.Body}
		r.Body = body
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex() // HTTP/2 always is
		next.ServeHTTP(w, r)
		if body.ended || r.Header.Get("Expect") != "" && !body.begun { // who asks first sends nothing after a refusal
			return
		}
		_ = control.Flush() // the caller may have gone
		_, _ = io.CopyN(io.Discard, body.ReadCloser, drainMost)
	})
}

// watchedBody knows how far it was read.
type watchedBody struct {
	io.ReadCloser
	begun, ended bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err != nil
	return n, err
}
