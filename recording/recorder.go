package recording

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rivgate/contracts/redact"
	"rivgate/soap/wire"
)

// Recorder is a proxy that records what passes it:
//
//	caller ─► read ─► upstream ─► answer to the caller
//	                                 └─► persons out ─► a file beside ─► on disk ─► its name
//
// Nothing is written that a person was not taken out of. A file has its name when it is whole and on disk; whoever
// kills the recorder leaves whole files, and at most one each of Writers under names that begin with a dot.
type Recorder struct {
	Client    *wire.Client
	Upstream  *url.URL // the path of a call is appended
	Folder    string
	Redactor  *Redactor
	Direction func(contract string) Direction // nil: not said
	Tool      string
	Largest   int64            // bytes of a request, and of an answer
	Now       func() time.Time //
	Failed    func(err error)  // told when an exchange was not recorded, or nobody answered; by several at once
	header    http.Header      // instead of the caller's
	queue     chan *Exchange   // to be redacted
	ready     chan *Exchange   // to be written
	calls     chan struct{}    // those under way
	recorded  atomic.Int64     //
	missed    atomic.Int64     //
	number    atomic.Int64     //
	run       string           // tells this recorder's files from those of others
	working   sync.WaitGroup   //
	redacting sync.WaitGroup   //
	once      sync.Once        //
}

// Limits of a Recorder.
const (
	callsMost  = 32 // under way at once; others wait
	queueMost  = 64 // exchanges that are answered and not yet on disk; then callers wait
	writers    = 4
	unfinished = ".rivgate-recording-" // begins the name of a file that is not whole
)

// Start makes the folder, clears away what a killed recorder left, takes note of the numbers in it so that none of them
// is given to somebody else, and begins to write. run is some letters that no other recorder of the folder has. Stop
// must follow.
func (r *Recorder) Start(run string, header http.Header) error {
	r.run, r.header = run, header
	if err := os.MkdirAll(r.Folder, 0o755); err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(r.Folder, unfinished+"*"))
	if err != nil {
		return err
	}
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && r.Now().Sub(info.ModTime()) > time.Minute { // else another recorder's
			_ = os.Remove(name)
		}
	}
	folder, err := OpenFolder(r.Folder)
	if err != nil {
		return err
	}
	defer folder.Close()
	for _, name := range folder.Files {
		text, err := os.ReadFile(filepath.Join(r.Folder, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		r.Redactor.Masker.Meet(text)
	}
	r.queue, r.ready = make(chan *Exchange, queueMost), make(chan *Exchange, writers)
	r.calls = make(chan struct{}, callsMost)
	r.redacting.Go(r.redact)
	for range writers {
		r.working.Go(r.write)
	}
	return nil
}

// Stop writes what is still to be written, and tells how many exchanges were recorded and how many were not. No call
// may be under way.
func (r *Recorder) Stop() (recorded, missed int64) {
	r.once.Do(func() {
		close(r.queue)
		r.redacting.Wait()
		close(r.ready)
		r.working.Wait()
	})
	return r.recorded.Load(), r.missed.Load()
}

// ServeHTTP passes one call on, and records it. The caller has its answer before anything is written.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		http.Error(w, "the recorder takes POST alone: fetch contracts from the upstream itself", http.StatusMethodNotAllowed)
		return
	}
	r.calls <- struct{}{}
	defer func() { <-r.calls }()
	e := &Exchange{Origin: Origin{When: r.Now().UTC().Round(time.Millisecond), Tool: r.Tool, Summed: true}}
	e.ID = fmt.Sprintf("%s-%06d-%s", e.When.Format("20060102T150405.000Z"), r.number.Add(1), r.run)
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, r.Largest))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		r.Failed(fmt.Errorf("a request of more than %d bytes was refused", r.Largest))
		http.Error(w, fmt.Sprintf("the recorder takes %d bytes", r.Largest), http.StatusRequestEntityTooLarge)
		return
	case err != nil || len(body) == 0:
		http.Error(w, "the request has no body, or broke off", http.StatusBadRequest)
		return
	}
	e.Set(RequestHeaders, []byte("POST "+request.URL.RequestURI()+" HTTP/1.1\n"+headerLines(request.Header)))
	e.Set(Request, body)
	status, header, answer, err := r.pass(request.Context(), request, body)
	if err != nil {
		e.Tags = append(e.Tags, "no-answer")
		r.Failed(fmt.Errorf("%s: no answer from the upstream: %w", e.ID, err))
		http.Error(w, "the recorder got no answer from its upstream", http.StatusBadGateway)
		r.queue <- e
		return
	}
	e.Set(ResponseHeaders, headText(status, header))
	e.Set(Response, unzipped(answer, header, r.Largest))
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer))) // so that nobody waits for an end of it
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the caller may have gone; it is recorded all the same
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	r.queue <- e
}

// hopByHop are headers of one connection (RFC 9110, 7.6.1), and what the recorder must not ask for.
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Expect", "Content-Length",
}

func passed(header http.Header, more ...string) http.Header {
	out := header.Clone()
	for _, line := range header.Values("Connection") {
		for name := range strings.SplitSeq(line, ",") {
			out.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range slices.Concat(hopByHop, more) {
		out.Del(name)
	}
	return out
}

// pass sends a call to the upstream and reads its answer, whatever it is, as far as is allowed.
func (r *Recorder) pass(ctx context.Context, request *http.Request, body []byte) (int, http.Header, []byte, error) {
	header := passed(request.Header, "Accept-Encoding")
	for name, values := range r.header {
		header[name] = values
	}
	to := *r.Upstream
	to.Path, to.RawPath = strings.TrimRight(to.Path, "/")+request.URL.Path, ""
	to.RawQuery = request.URL.RawQuery
	response, err := r.Client.Do(ctx, &wire.Request{URL: to.String(), Header: header, Body: body})
	var failed *wire.Error
	if errors.As(err, &failed) && failed.Cause != nil {
		err = fmt.Errorf("%s: %s: %w", failed.Host, failed.Kind, failed.Cause)
	}
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Close()
	answer, err := io.ReadAll(io.LimitReader(response, r.Largest+1))
	switch {
	case int64(len(answer)) > r.Largest:
		return 0, nil, nil, fmt.Errorf("it is longer than %d bytes", r.Largest)
	case err != nil:
		return 0, nil, nil, response.Failure(err)
	}
	return response.Status, passed(response.Header), answer, nil
}

// unzipped is an answer that was compressed unasked, as far as is allowed; else as it is.
func unzipped(answer []byte, header http.Header, largest int64) []byte {
	if !strings.EqualFold(header.Get("Content-Encoding"), "gzip") {
		return answer
	}
	in, err := gzip.NewReader(bytes.NewReader(answer))
	if err != nil {
		return answer
	}
	out, err := io.ReadAll(io.LimitReader(in, largest+1))
	if err != nil || int64(len(out)) > largest {
		return answer
	}
	return out
}

func headerLines(header http.Header) string {
	var out strings.Builder
	_ = header.Write(&out) // a builder takes all
	return strings.ReplaceAll(out.String(), "\r\n", "\n")
}

// redact takes persons out of one exchange after the other.
func (r *Recorder) redact() {
	for e := range r.queue {
		if e.Contract = e.contract(); r.Direction != nil {
			e.Direction = r.Direction(e.Contract)
		}
		err := r.Redactor.Exchange(e.ID+Extension, e)
		if err == nil && len(e.Check("")) > 0 {
			err = redact.ErrNotMasked
		}
		if err != nil {
			r.miss(fmt.Errorf("%s was not recorded: %w", e.ID, err))
			continue
		}
		r.ready <- e
	}
}

func (r *Recorder) miss(err error) {
	r.missed.Add(1)
	r.Failed(err)
}

// write writes one file after the other.
func (r *Recorder) write() {
	for e := range r.ready {
		if err := r.file(e); err != nil {
			r.miss(fmt.Errorf("%s was not recorded: %w", e.ID, err))
			continue
		}
		r.recorded.Add(1)
	}
}

// file writes an exchange beside its place, makes sure that it is on disk, and gives it its name.
func (r *Recorder) file(e *Exchange) (err error) {
	text, err := (&File{Exchanges: []*Exchange{e}}).Format(e.ID)
	if err != nil {
		return err
	}
	temporary := filepath.Join(r.Folder, unfinished+e.ID)
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary)
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary, filepath.Join(r.Folder, e.ID+Extension))
	}
	if err != nil {
		return err
	}
	if folder, err := os.Open(r.Folder); err == nil { // its name is on disk too, where the system can do that
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}
