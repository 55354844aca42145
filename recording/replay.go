package recording

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"rivgate/soap"
)

// Replay sends recorded requests to somebody and compares what comes back with what was recorded.
//
//	folder ─► one file at a time ─► lane of its case ─► send ─► compare ─► Done
//
// Exchanges of one case are sent in the order of their names, one after the other; those of different cases beside each
// other.
type Replay struct {
	Client *soap.Client
	To     string      // URL; one without a path gets the path that was recorded
	Header http.Header // instead of recorded headers of those names
	Rules  Rules       // what is not compared, beside what an exchange says itself
	// nil: ids stay. Else message ids and case ids become these, the same everywhere
	NewID    func() string
	Rate     float64                             // exchanges a second; 0: as fast as it goes
	Parallel int                                 // lanes; default 1
	Done     func(f Finding, took time.Duration) // called for each exchange, one call at a time

	mu     sync.Mutex
	ids    map[string]string // old → new
	reject error             // nobody could be reached at all
	came   bool              // an answer came
}

// StandardRules are rules that do not ask for what no two answers have in common: log ids, times, ids of cases.
func (r Rules) StandardRules() Rules {
	for path, kind := range map[string]Placeholder{
		"result/logId": AnyValue, "receivedTime": AnyValue, "externalCaseId/extension": AnyValue,
		"externalCaseId/root": AnyValue,
		"caseId/extension":    AnyValue,
	} {
		r = r.Hold(path, kind)
	}
	return r
}

// lane is the exchanges of some cases, in order.
type lane chan Located

// Run replays all exchanges of a folder. When ctx ends no further request is sent, those under way come to their end,
// and left is how many files had no turn. The error is that nobody could be reached: with the first exchange, so
// nothing was done.
func (p *Replay) Run(ctx context.Context, folder *Folder) (left int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lanes := make([]lane, max(1, p.Parallel))
	var working sync.WaitGroup
	for i := range lanes {
		lanes[i] = make(lane, 16)
		working.Go(func() {
			for e := range lanes[i] {
				p.one(context.WithoutCancel(ctx), e, stop)
			}
		})
	}
	left = p.dispatch(ctx, folder, lanes)
	for _, l := range lanes {
		close(l)
	}
	working.Wait()
	return left, p.reject
}

// dispatch reads the folder and gives each exchange to the lane of its case.
func (p *Replay) dispatch(ctx context.Context, folder *Folder, lanes []lane) (left int) {
	began, sent := time.Now(), 0
	for i, name := range folder.Files {
		file, err := folder.Read(name)
		if err != nil {
			p.done(Finding{Exchange: name, Failure: err.Error()}, 0)
			continue
		}
		for _, e := range file.Exchanges {
			if e.Part(Request) == nil {
				continue
			}
			if p.Rate > 0 && !sleepUntil(ctx, began.Add(time.Duration(float64(sent)/p.Rate*float64(time.Second)))) {
				return len(folder.Files) - i
			}
			sent++
			select {
			case <-ctx.Done():
				return len(folder.Files) - i
			case lanes[laneOf(e, sent, len(lanes))] <- Located{Place{name, e.ID}, e}:
			}
		}
		if ctx.Err() != nil {
			return len(folder.Files) - i - 1
		}
	}
	return 0
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// caseIDs finds the case that a message belongs to.
var caseIDs = regexp.MustCompile(`caseId\b[^>]*>\s*<[^>]*>[^<]*</[^>]*>\s*<(?:[\w.-]+:)?extension\b[^>]*>([^<]*)<`)

// laneOf is the lane of an exchange's case; one that names no case has any.
func laneOf(e *Exchange, n, lanes int) int {
	if lanes == 1 {
		return 0
	}
	text := e.Part(Request)
	if i := bytes.Index(text, []byte("caseId")); i >= 0 {
		if found := caseIDs.FindSubmatch(text[i:min(len(text), i+1000)]); found != nil {
			h := fnv.New32a()
			_, _ = h.Write(found[1]) // a hash takes all
			return int(h.Sum32() % uint32(lanes))
		}
	}
	return n % lanes
}

// one sends one exchange. stop ends the whole where nobody listens from the start.
func (p *Replay) one(ctx context.Context, e Located, stop func()) {
	p.mu.Lock()
	rejected := p.reject != nil
	p.mu.Unlock()
	if rejected {
		return
	}
	began := time.Now()
	answer, err := p.send(ctx, e.Exchange)
	f := Finding{Exchange: e.Place.String()}
	var failed *soap.SendError
	switch {
	case errors.As(err, &failed) && (failed.Kind == soap.SendConnect || failed.Kind == soap.SendTLS) && p.first():
		p.mu.Lock()
		p.reject = fmt.Errorf("%s: %w", failed.Host, failed)
		if failed.Cause != nil {
			p.reject = fmt.Errorf("%s: %w", failed.Host, failed.Cause)
		}
		p.mu.Unlock()
		stop()
		return
	case err != nil:
		f.Failure = err.Error()
		if failed != nil {
			f.Failure = string(failed.Kind)
		}
		if failed != nil && failed.Cause != nil {
			f.Failure += ": " + failed.Cause.Error()
		}
	default:
		p.answered()
		f.Differences = p.compare(e.Exchange, answer)
	}
	p.done(f, time.Since(began))
}

// first tells whether no answer has come yet.
func (p *Replay) first() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.came
}

func (p *Replay) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.came = true
}

func (p *Replay) done(f Finding, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Done(f, took)
}

// send posts the request and reads the answer, out of its parts and unpacked.
func (p *Replay) send(ctx context.Context, e *Exchange) (*Exchange, error) {
	header := e.Header(RequestHeaders)
	for name, values := range header {
		if len(values) == 1 && values[0] == "redacted" {
			header.Del(name)
		}
	}
	header.Del("Content-Length")
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", soap.ContentType)
	}
	for name, values := range p.Header {
		header[name] = values
	}
	to, err := p.address(e)
	if err != nil {
		return nil, err
	}
	reply, err := p.Client.Do(ctx, &soap.Outgoing{
		URL: to, ContentType: header.Get("Content-Type"), Header: header, Body: p.request(e),
	})
	if err != nil {
		return nil, err
	}
	answer := &Exchange{ID: e.ID}
	answer.Set(ResponseHeaders, headText(reply.Status, reply.Header))
	answer.Set(Response, reply.Body)
	return answer, nil
}

// headText are a status and headers as they are recorded.
func headText(status int, header http.Header) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\n", status, http.StatusText(status))
	_ = header.Write(&out) // a buffer takes all
	return bytes.ReplaceAll(out.Bytes(), []byte("\r\n"), []byte("\n"))
}

func (p *Replay) address(e *Exchange) (string, error) {
	u, err := url.Parse(p.To)
	if err != nil {
		return "", err
	}
	if target := e.Target(); (u.Path == "" || u.Path == "/") && strings.HasPrefix(target, "/") {
		u.Path, u.RawQuery, _ = strings.Cut(target, "?")
	}
	return u.String(), nil
}

var (
	ownIDs = regexp.MustCompile(
		`<(?:[\w.-]+:)?(messageId|caseId)\b[^>]*>\s*<(?:[\w.-]+:)?root\b[^>]*>[^<]*</[^>]*>\s*<(?:[\w.-]+:)?extension\b[^>]*>([^<]*)<`)
	theirIDs = regexp.MustCompile(
		`<(?:[\w.-]+:)?(externalCaseId|caseId)\b[^>]*>\s*<(?:[\w.-]+:)?root\b[^>]*>[^<]*</[^>]*>\s*<(?:[\w.-]+:)?extension\b[^>]*>([^<]*)<`)
	extensions = regexp.MustCompile(`(<(?:[\w.-]+:)?extension\b[^>]*>)([^<]*)<`)
)

// request is what is sent: with ids that stay, every byte as it was recorded. A message id becomes a new one; so does
// the id of a case that 1177's side begins. Whatever names one of these later names the new one.
func (p *Replay) request(e *Exchange) []byte {
	text := e.Part(Request)
	if p.NewID == nil || !utf8.Valid(text) {
		return text
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[string]string{}
	}
	returns := bytes.Contains(text, []byte("updateType>"))
	for _, found := range ownIDs.FindAllSubmatch(text, -1) {
		old := string(found[2])
		if p.ids[old] == "" && (!returns || string(found[1]) == "messageId") {
			p.ids[old] = p.NewID()
		}
	}
	return p.renamed(text)
}

// renamed has the new ids for the old ones. The caller holds the lock.
func (p *Replay) renamed(text []byte) []byte {
	return extensions.ReplaceAllFunc(text, func(element []byte) []byte {
		parts := extensions.FindSubmatch(element)
		if id := p.ids[string(parts[2])]; id != "" {
			return []byte(string(parts[1]) + id + "<")
		}
		return element
	})
}

// compare compares an answer with the recorded one.
func (p *Replay) compare(e *Exchange, answer *Exchange) (all []Difference) {
	if e.Part(Response) == nil {
		if got := OutcomeOf(answer.Part(Response)); e.Outcome != "" && got != e.Outcome {
			all = append(all, Difference{What: OtherResult, A: e.Outcome, B: got})
		}
		return all
	}
	if p.NewID != nil {
		p.learn(e.Part(Response), answer.Part(Response))
	}
	if x, y := e.Status(), answer.Status(); x != y {
		all = append(all, Difference{What: OtherStatus, A: fmt.Sprint(x), B: fmt.Sprint(y)})
	}
	rules := p.Rules.With(e)
	for _, d := range rules.Documents(e.Part(Response), answer.Part(Response),
		e.Header(ResponseHeaders).Get("Content-Type"),
		answer.Header(ResponseHeaders).Get("Content-Type")) {
		d.Part = Response
		all = append(all, d)
	}
	return all
}

// learn notes which ids the other side gave, for later requests that name them.
func (p *Replay) learn(recorded, answer []byte) {
	before, now := theirIDs.FindAllSubmatch(recorded, -1), theirIDs.FindAllSubmatch(answer, -1)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range min(len(before), len(now)) {
		if old, fresh := string(before[i][2]), string(now[i][2]); old != fresh && bytes.Equal(before[i][1], now[i][1]) &&
			p.ids[old] == "" {
			p.ids[old] = fresh
		}
	}
}
