package soap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

// Handler answers SOAP calls. It is called from many goroutines.
type Handler interface {
	// ServeSOAP answers one call. ctx ends when the caller goes away. Exactly one of the results is used: a nil error
	// means that the Answer is sent as it is; an error is sent as the fault that Server.Faulter makes of it, with the
	// status of Server.Status. A panic is answered as an unknown error. Call.Body is of no use after the return.
	ServeSOAP(ctx context.Context, call *Call) (*Answer, error)
}

// Call is one POST below the server's path, before anybody looked into its body.
type Call struct {
	Peer        netip.AddrPort       // the other end of the connection, which may be a proxy
	TLS         *tls.ConnectionState // nil on plain HTTP
	Header      http.Header          // as received, nothing removed; the handler may change it
	Path        string               // below the server's path; begins with /
	SOAPAction  string               // without quotes
	ContentType string
	Correlation string // the caller's X-Skltp-Correlation-Id if it is sane, else a new one; the answer has it already
	// Body is bounded in size and pace. Its errors are *Error: TooLarge above Server.MaxMessage, Interrupted when the
	// connection broke or was too slow.
	Body io.Reader
}

// Answer is what goes back. Body is sent, or Stream where that is set; Stream is read to its end and closed. If it
// breaks, the connection is cut, so that the caller cannot take the answer for a whole one.
type Answer struct {
	Status int         // 0 means 200
	Header http.Header // added to the answer; Content-Type is set if it is not here. Hop-by-hop headers are left out
	Body   []byte
	Stream io.ReadCloser
}

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
	// Shutdown is how long calls may go on after Run's context has ended; default 35 s, more than a producer's 29.
	Shutdown time.Duration
	Log      *zap.Logger // default none
}

// ErrorStatus is the HTTP status for an error: 413 and 415 for an *Error of Kind TooLarge and Unsupported, 408 for
// Interrupted, and 500 as for every SOAP fault (SOAP 1.1 section 6.2).
func ErrorStatus(err error) int {
	var own *Error
	if errors.As(err, &own) {
		switch own.Kind {
		case TooLarge:
			return http.StatusRequestEntityTooLarge
		case Unsupported:
			return http.StatusUnsupportedMediaType
		case Interrupted:
			return http.StatusRequestTimeout
		}
	}
	return http.StatusInternalServerError
}

// ErrorFault is the fault for an error, where Server.Faulter is not set.
func ErrorFault(err error) *Fault {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault
	}
	var own *Error
	if !errors.As(err, &own) {
		return &Fault{Code: CodeServer, String: "Internt fel"}
	}
	if own.Kind == VersionMismatch {
		return &Fault{Code: CodeVersionMismatch, String: "Endast SOAP 1.1 stöds", Detail: own.Error()}
	}
	return &Fault{Code: CodeClient, String: "Anropet är inte ett korrekt SOAP 1.1-meddelande", Detail: own.Error()}
}

// ServeHTTP takes POST below Path. Other paths are 404, other methods 405.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	correlation := s.correlation(r.Header)
	w.Header().Set(HeaderCorrelation, correlation)
	body := newPacedBody(w, r, s.maxMessage(), s.bodyTimeout())
	path, ok := below(s.path(), r.URL.Path)
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		return
	case r.Method == http.MethodGet && s.Describe != nil && describes(r.URL.RawQuery):
		s.Describe.ServeHTTP(w, r)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	call := &Call{
		TLS: r.TLS, Header: r.Header, Path: path, Correlation: correlation, Body: body,
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
	body.leave()
	s.write(w, correlation, answer)
}

// serve asks the handler, and makes an error of its panic.
func (s *Server) serve(r *http.Request, call *Call) (answer *Answer, err error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &Error{Kind: Unsupported, Reason: "a Content-Encoding"}
	}
	if r.ContentLength > s.maxMessage() {
		return nil, tooLarge()
	}
	defer func() {
		switch cause := recover(); {
		case cause == http.ErrAbortHandler:
			panic(cause)
		case cause != nil:
			// The value may hold content of the message: only its type is told.
			s.log().Error("handler panicked", zap.String("trace.id", call.Correlation),
				zap.String("type", fmt.Sprintf("%T", cause)), zap.String("function", panicked()))
			answer, err = nil, errPanic{}
		}
	}()
	answer, err = s.Handler.ServeSOAP(r.Context(), call)
	if err == nil && answer == nil {
		return nil, errPanic{}
	}
	return answer, err
}

// errPanic is the error of a handler that gave no answer.
type errPanic struct{}

func (errPanic) Error() string { return "answering a call" }

// panicked names the function that panicked: what was called last before the runtime took over.
func panicked() string {
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
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length":
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
