package relay_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rivgate/recording"
	"rivgate/relay/diagnosis"
	"rivgate/store"
)

// scripted is a handling system that answers every request with the same bytes, over real TCP.
type scripted struct {
	URL    string
	answer []byte
	reset  bool // the connection is reset after the answer, not closed
}

// newScripted answers as an exchange of testdata/answers says; testdata/README.md shows how it is written.
func newScripted(t *testing.T, e *recording.Exchange) *scripted {
	t.Helper()
	body := string(e.Part(recording.Response))
	s := &scripted{}
	promised := 0
	var lines []string
	for line := range strings.Lines(string(e.Part(recording.ResponseHeaders))) {
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Test-Body":
			if value != "gzip" {
				t.Fatalf("%s: %s", e.ID, line)
			}
			body = compressed(body)
		case "Test-Lines":
			body = strings.ReplaceAll(body, "\n", "\r\n")
		case "Test-Repeat":
			n, _ := strconv.Atoi(value)
			body = strings.Replace(body, "…", strings.Repeat("lång text ", n/len("lång text ")), 1)
		case "Test-Promised":
			promised, _ = strconv.Atoi(value)
		case "Test-End":
			s.reset = value == "reset"
		default:
			lines = append(lines, line)
		}
	}
	head := strings.Replace(strings.Join(lines, "\r\n"), "Content-Length: *",
		fmt.Sprintf("Content-Length: %d", len(body)+promised), 1)
	s.answer = []byte(head + "\r\n\r\n" + body)
	s.listen(t)
	return s
}

func compressed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func (s *scripted) listen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			s.serve(connection)
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-ended })
}

func (s *scripted) serve(connection net.Conn) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	request, err := http.ReadRequest(bufio.NewReader(connection))
	if err != nil {
		return
	}
	if _, err := new(bytes.Buffer).ReadFrom(request.Body); err != nil {
		return
	}
	_, _ = connection.Write(s.answer)
	if s.reset {
		_ = connection.(*net.TCPConn).SetLinger(0)
	}
}

// TestHowAnswersAreTaken lets the worker deliver to a handling system that answers as each file of testdata/answers
// says, and compares what became of the delivery with what the file says. A name that ends in "is-tried-again" or
// "is-final" means it.
func TestHowAnswersAreTaken(t *testing.T) {
	root := filepath.Join("..", "testdata")
	answers, err := recording.ReadWorld(root, "answers")
	if err != nil || len(answers.Files) == 0 {
		t.Fatal("no answers", err)
	}
	w := newWorld(t)
	for _, e := range answers.Exchanges() {
		t.Run(e.ID, func(t *testing.T) {
			s := newScripted(t, e)
			w.setTable(
				w.load(
					`  - {contract: SendComplaint, to: SE2010123456-TYST, address: "` + s.URL + `/", component: SE2010123456-AVV}` +
						"\n",
				),
			)
			w.accepted(gateway, complaint("SE2010123456-TYST", e.ID))
			w.work()
			d := w.delivery(e.ID)
			for ending, state := range map[string]store.DeliveryState{
				"is-final": store.DeliveryParked, "is-tried-again": store.DeliveryDue, "is-delivered": store.DeliveryDelivered,
			} {
				if strings.HasSuffix(e.ID, ending) && d.State != state {
					t.Errorf("the delivery is %s", d.State)
				}
			}
			attempts, err := w.Store.Attempts(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			why := "-"
			if attempts[0].Why.Code != "" {
				why = diagnosis.Explain(attempts[0].Why)
			}
			compare(t, e, recording.Delivery, []byte(lastAttempt(d)+"why: "+why+"\n"))
		})
	}
	sound(t, w)
	discreet(t, w)
	rewrite(t, root, answers)
}

// lastAttempt is what a delivery's list says of its last attempt.
func lastAttempt(d store.DeliveryRow) string {
	state := string(d.State)
	if d.Unknown {
		state += ", outcome unknown"
	}
	return fmt.Sprintf("state: %s\nclass: %s\ncode: %s\n", state, d.Class, cmp.Or(d.Code, "-"))
}
