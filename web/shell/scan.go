package shell

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
)

// Clamd is a virus scanner that speaks clamd's protocol (clamd(8): INSTREAM). The exported fields are set before the
// first call and never changed.
type Clamd struct {
	Network, Address string        // "tcp" and host:port, or "unix" and a path
	Timeout          time.Duration // of one file; default 30 s
}

// chunk is how much of a file is sent to the scanner at once, in bytes.
const chunk = 64 << 10

// Scan is the name of what the scanner found in a file; "" when it found nothing harmful. An error means that the file
// was not scanned.
func (c *Clamd) Scan(ctx context.Context, file []byte) (found string, err error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", fmt.Errorf("connecting to the virus scanner: %w", err)
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", fmt.Errorf("asking the virus scanner: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	sending := stream(conn, file)
	answer, err := io.ReadAll(io.LimitReader(conn, 4<<10)) // its reason, too, where it stopped reading early
	text := strings.Trim(string(answer), "\x00\n ")
	name, isFound := strings.CutSuffix(strings.TrimPrefix(text, "stream: "), " FOUND")
	switch {
	case isFound:
		return name, nil
	case text == "stream: OK" && sending == nil:
		return "", nil
	case text != "":
		return "", fmt.Errorf("the virus scanner answers %q", Cut(text))
	}
	return "", fmt.Errorf("asking the virus scanner: %w", errors.Join(sending, err, io.ErrUnexpectedEOF))
}

// stream sends a file as clamd wants it: pieces with their length before them, and a length of zero at the end.
func stream(w io.Writer, file []byte) error {
	if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
		return err
	}
	for len(file) > 0 {
		piece := file[:min(len(file), chunk)]
		file = file[len(piece):]
		if _, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(piece))), piece...)); err != nil {
			return err
		}
	}
	_, err := w.Write([]byte{0, 0, 0, 0})
	return err
}

// Refusals of a file. What the scanner found goes to the log and to who handles the case.
var (
	errHeld = NewProblem(http.StatusForbidden, "file-held", titleHeld,
		textHeld)
	errUnscanned = NewProblem(http.StatusServiceUnavailable, "file-unscanned", titleUnscanned,
		textUnscanned)
)

// How many verdicts are remembered, and for how long a good one is: scanners learn.
const (
	verdictsMost = 10_000
	verdictLife  = time.Hour
)

// besideMost is how many files are looked at beside pages at once.
const besideMost = 2

// scans are the scanner's latest verdicts, by the place where the file is stored.
type scans struct {
	mu   sync.Mutex
	seen map[string]scan
	busy int // files that are looked at beside a page
}

// scan is a verdict, or that one is under way.
type scan struct {
	found    string
	underway bool
	at       time.Time
}

func (s *scans) known(at string, now time.Time) (scan, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.seen[at]
	return v, ok && (v.found != "" || now.Sub(v.at) < verdictLife)
}

func (s *scans) put(at string, v scan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil || len(s.seen) >= verdictsMost {
		s.seen = map[string]scan{}
	}
	s.seen[at] = v
}

// begin tells whether one more file may be looked at beside a page; end says that it has been.
func (s *scans) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy >= besideMost {
		return false
	}
	s.busy++
	return true
}

func (s *scans) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
}

// forgetAll forgets every verdict: a listener that begins asks the scanner anew.
func (s *scans) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
}

func (s *scans) forget(at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, at)
}

// Clean lets a file through that is about to be given out: one that the scanner finds nothing in, or any where there is
// no scanner. errHeld, errUnscanned. at is where the file lies, the same for the same file.
func (s *Site) Clean(ctx context.Context, at string, file []byte) error {
	if s.Scanner == nil {
		return nil
	}
	v, known := s.scans.known(at, s.Clock())
	if !known || v.underway {
		found, err := s.Scanner.Scan(ctx, file)
		if err != nil {
			s.Logger().Error("a file is not given out: it could not be scanned", zap.String("file", at), zap.Error(err))
			return errUnscanned
		}
		v = scan{found: found, at: s.Clock()}
		s.scans.put(at, v)
	}
	if v.found != "" {
		s.Logger().Warn("a file is held: the virus scanner found something", zap.String("file", at),
			zap.String("found", Cut(v.found)))
		return errHeld
	}
	return nil
}

// Scanned is what the scanner found in a file, or that it is still looking. It begins to look at a file that nobody has
// looked at of late, beside the page.
func (s *Site) Scanned(at string, read func(context.Context) ([]byte, error)) (found string, scanning bool) {
	v, known := s.scans.known(at, s.Clock())
	if !known {
		s.scanBeside(at, read)
	}
	return v.found, !known || v.underway
}

// scanBeside looks at a file while the page is on its way. What does not fit in is looked at when the page is shown
// again.
func (s *Site) scanBeside(at string, read func(context.Context) ([]byte, error)) {
	if !s.scans.begin() {
		return
	}
	s.scans.put(at, scan{underway: true, at: s.Clock()})
	go func() {
		defer s.scans.end()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		file, err := read(ctx)
		if err == nil {
			err = s.Clean(ctx, at, file)
		}
		if err != nil && !errors.Is(err, errHeld) {
			s.scans.forget(at) // to be looked at again
		}
	}()
}

// CleanUploads refuses files of a form in which the scanner finds something. When the scanner does not answer they are
// accepted: they are scanned before they are given out.
func (s *Site) CleanUploads(ctx context.Context, f *Form, files []contracts.Attachment) []contracts.Attachment {
	if s.Scanner == nil {
		return files
	}
	var good []contracts.Attachment
	for _, a := range files {
		found, err := s.Scanner.Scan(ctx, a.Value)
		if err != nil {
			s.Logger().Warn("an uploaded file could not be scanned", zap.Error(err))
		}
		if found != "" {
			f.Refuse("file", fmt.Sprintf(textInfected, a.FileName, Cut(found)))
			continue
		}
		good = append(good, a)
	}
	return good
}
