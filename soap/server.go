package soap

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

// Server is the HTTP side of the gateway: it turns POSTs into Calls, and Answers and errors into responses. It does
// not look into messages. Only Handler must be set.
type Server struct {
	Handler    Handler
	Path       string        // default /vp
	MaxMessage int64         // bytes of a request's body; default 15 MiB
	NewID      func() string // makes correlation ids; default random UUIDs
	// Describe answers GET with ?wsdl or ?xsd; nil means 405 for these too.
	Describe http.Handler
	// Faulter makes a fault of a handler's error. It must not return nil. The default takes a *Fault as it is, makes a
	// Client or VersionMismatch fault of an *Error, and a Server fault that says nothing of anything else.
	Faulter func(error) *Fault
	// Status is the HTTP status for a handler's error; default ErrorStatus.
	Status func(error) int
	// TLS makes Run serve TLS only; nil means plain HTTP.
	TLS *tls.Config
	// BodyTimeout is how long a caller may make us wait for its body; every 4 KiB that come give back a second of it.
	// Also how long it may take to read a piece of the answer. Default 20 s.
	BodyTimeout time.Duration
	// Stopping tells that the process is about to end: each answer then closes its connection, so that the caller's next
	// call goes to another process. Nil: never.
	Stopping func() bool
	// Shutdown is how long calls may go on after Run's context has ended; default 35 s, more than a producer's 29.
	Shutdown time.Duration
	Log      *zap.Logger // default none
}

// ServeHTTP takes POST below Path. Other paths are 404, other methods 405.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	correlation := s.correlation(r.Header)
	w.Header().Set(HeaderCorrelation, correlation)
	s.closeIfStopping(w)
	body := newPacedBody(w, r, s.maxMessage(), s.bodyTimeout())
	path, ok := below(s.path(), r.URL.Path)
	switch {
	case !ok:
		body.prepareEarlyAnswer()
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPost:
		s.answer(w, r, path, body, correlation)
	default:
		body.prepareEarlyAnswer()
		s.answerOther(w, r)
	}
	body.drain()
}

// answerOther answers who does not send a message: with a contract's files, or with what is here and how to ask for it.
func (s *Server) answerOther(w http.ResponseWriter, r *http.Request) {
	asks := r.Method == http.MethodGet || r.Method == http.MethodHead
	if asks && s.Describe != nil && describes(r.URL.RawQuery) {
		s.Describe.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Allow", http.MethodPost)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	path := strings.TrimSuffix(s.path(), "/")
	how := "Här tas SOAP 1.1 emot över HTTP POST (RIV-TA 2.1 och 2.0), på vilken adress som helst under " + path + ".\n" +
		"Tjänstekontraktet läses ur meddelandets Body, mottagaren ur LogicalAddress i dess Header.\n"
	if s.Describe != nil {
		how += "Ett kontrakts filer: GET " + path + "/SendComplaint/1/rivtabp21?wsdl, och så för varje annat kontrakt.\n"
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(how)))
	w.WriteHeader(http.StatusMethodNotAllowed)
	_, _ = io.WriteString(w, how) // who asked may be gone
}

// answer hands a call to the handler and writes what comes of it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, path string, body *pacedBody, correlation string) {
	call := &Call{
		TLS: r.TLS, Header: r.Header, Path: path, URL: calledURL(r), Correlation: correlation, Body: body,
		SOAPAction:  unquote(r.Header.Get("SOAPAction")),
		ContentType: r.Header.Get("Content-Type"),
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		call.Peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	}
	answer, err := s.serve(r, call)
	if err != nil {
		answer = s.refusal(err)
	}
	body.prepareEarlyAnswer()
	s.write(w, correlation, answer)
}

// closeIfStopping has the connection closed after the answer where the process is about to end.
func (s *Server) closeIfStopping(w http.ResponseWriter) {
	if s.Stopping != nil && s.Stopping() {
		w.Header().Set("Connection", "close")
	}
}

// calledURL is the URL of a request without its query.
func calledURL(r *http.Request) string {
	u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

// serve asks the handler, and makes an error of its panic.
func (s *Server) serve(r *http.Request, call *Call) (answer *Answer, err error) {
	if refused := s.checkBodyHeaders(r); refused != nil {
		call.Body = refusedBody{refused}
	}
	defer func() {
		cause := recover()
		own, _ := cause.(error)
		switch {
		case errors.Is(own, http.ErrAbortHandler):
			panic(cause)
		case cause != nil:
			// The value may hold content of the message: only its type is told.
			s.log().Error("handler panicked", zap.String("trace.id", call.Correlation),
				zap.String("type", fmt.Sprintf("%T", cause)), zap.String("function", panicLocation()))
			answer, err = nil, errPanic{}
		}
	}()
	answer, err = s.Handler.ServeSOAP(r.Context(), call)
	if err == nil && answer == nil {
		return nil, errPanic{}
	}
	return answer, err
}

// checkBodyHeaders refuses a body by what the headers say of it. Who reads the body is told, and not before: the
// sender is judged first.
func (s *Server) checkBodyHeaders(r *http.Request) error {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &Error{Kind: Unsupported, Reason: "a Content-Encoding"}
	}
	if r.ContentLength > s.maxMessage() {
		return tooLarge(s.maxMessage())
	}
	return nil
}

// refusedBody is a body that nobody reads.
type refusedBody struct{ refused error }

func (b refusedBody) Read([]byte) (int, error) { return 0, b.refused }

// errPanic is the error of a handler that gave no answer.
type errPanic struct{}

func (errPanic) Error() string { return "answering a call" }

// panicLocation names the function that panicked: what was called last before the runtime took over.
func panicLocation() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") || !more {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
	}
}

func (s *Server) refusal(err error) *Answer {
	fault, status := ErrorFault, ErrorStatus
	if s.Faulter != nil {
		fault = s.Faulter
	}
	if s.Status != nil {
		status = s.Status
	}
	return &Answer{Status: status(err), Body: fault(err).Envelope()}
}

// write is the one place where answers to calls are written.
func (s *Server) write(w http.ResponseWriter, correlation string, answer *Answer) {
	header := w.Header()
	header.Set("Content-Type", ContentType)
	for name, values := range answer.Header {
		if !hopByHop(name) {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	header.Set(HeaderCorrelation, correlation)
	s.closeIfStopping(w) // it may have begun to stop since the call came
	status := answer.Status
	if status == 0 {
		status = http.StatusOK
	}
	out := &pacedWriter{w: w, control: http.NewResponseController(w), timeout: s.bodyTimeout()}
	if answer.Stream == nil {
		header.Set("Content-Length", fmt.Sprint(len(answer.Body)))
		w.WriteHeader(status)
		for piece := range slices.Chunk(answer.Body, 64<<10) {
			if _, err := out.Write(piece); err != nil {
				return // the caller is gone, and needs no answer
			}
		}
		return
	}
	defer answer.Stream.Close()
	w.WriteHeader(status)
	if _, err := io.Copy(out, answer.Stream); err != nil {
		s.log().Warn("answer broken off", zap.String("trace.id", correlation))
		panic(http.ErrAbortHandler)
	}
}

func hopByHop(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding",
		"Upgrade", "Content-Length":
		return true
	}
	return false
}

// below is what of path follows after root, which counts as a whole folder.
func below(root, path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(root, "/"))
	switch {
	case !ok || rest != "" && rest[0] != '/':
		return "", false
	case rest == "":
		return "/", true
	}
	return rest, true
}

// describes tells the queries of ?wsdl and ?xsd=….
func describes(query string) bool {
	query = strings.ToLower(query)
	return query == "wsdl" || query == "xsd" || strings.HasPrefix(query, "wsdl=") || strings.HasPrefix(query, "xsd=")
}

func unquote(action string) string {
	if len(action) >= 2 && action[0] == '"' && action[len(action)-1] == '"' {
		return action[1 : len(action)-1]
	}
	return action
}

// correlation takes the caller's id if it is up to 128 visible ASCII characters, so that it can stand in any log.
func (s *Server) correlation(header http.Header) string {
	id := header.Get(HeaderCorrelation)
	sane := id != "" && len(id) <= 128 && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
	switch {
	case sane:
		return id
	case s.NewID != nil:
		return s.NewID()
	}
	return uuid.NewString()
}

func (s *Server) path() string {
	if s.Path == "" {
		return "/vp"
	}
	return s.Path
}

func (s *Server) maxMessage() int64 { return or(s.MaxMessage, 15<<20) }

func (s *Server) bodyTimeout() time.Duration { return or(s.BodyTimeout, 20*time.Second) }

func (s *Server) log() *zap.Logger {
	if s.Log == nil {
		return zap.NewNop()
	}
	return s.Log
}
