package relay_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"rivgate/soap"
)

// raw posts a message with header lines as they are, which no client of Go's would send.
func (w *world) raw(lines ...string) answer {
	w.t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer connection.Close()
	body := ping("SE2010123456-X")
	head := "POST /vp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n"
	go func() { _, _ = io.WriteString(connection, head+strings.Join(lines, "\r\n")+"\r\n\r\n"+string(body)) }()
	got, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, text}
}

// Headers that are doubled, over-long or no text: the answer is well-formed and short, and nobody becomes somebody
// else.
func TestHostileHeaders(t *testing.T) {
	const xmlType, node, sender = "Content-Type: text/xml; charset=UTF-8", "x-vp-instance-id: dev_env",
		"x-vp-sender-id: " + portal
	long := strings.Repeat("A", 40<<10)
	for _, c := range []struct {
		sentence string
		lines    []string
		status   int
		code     string // "" where it is let through
	}{
		{"as it should be", []string{xmlType, node, sender}, 200, ""},
		{"two senders", []string{xmlType, node, sender, "x-vp-sender-id: " + stranger}, 500, "VP002"},
		{"the same sender twice", []string{xmlType, node, sender, sender}, 500, "VP002"},
		{"two instances, ours first", []string{xmlType, node, "x-vp-instance-id: other", sender}, 500, "VP002"},
		{"two instances, ours last", []string{xmlType, "x-vp-instance-id: other", node, sender}, 500, "VP002"},
		{"senders in one header", []string{xmlType, node, sender + ", " + stranger}, 500, "VP007"},
		{"a sender that is too long", []string{xmlType, node, "x-vp-sender-id: " + long}, 500, "VP007"},
		{"a sender that is no text", []string{xmlType, node, "x-vp-sender-id: SE\xe5\xff"}, 500, "VP007"},
		{"a sender with markup", []string{xmlType, node, "x-vp-sender-id: <a>&b;]]>"}, 500, "VP007"},
		{"an empty sender", []string{xmlType, node, "x-vp-sender-id:"}, 500, "VP002"},
		{
			"two correlation ids",
			[]string{xmlType, node, sender, "x-skltp-correlation-id: one", "x-skltp-correlation-id: two"},
			200, "",
		},
		{"a correlation id that is too long", []string{xmlType, node, sender, "x-skltp-correlation-id: " + long}, 200, ""},
		{"a correlation id that is no text", []string{xmlType, node, sender, "x-skltp-correlation-id: \xe5\xff"}, 200, ""},
		{
			"an original consumer that is too long",
			[]string{xmlType, node, sender, "x-rivta-original-serviceconsumer-hsaid: " + long},
			200, "",
		},
		{"a SOAPAction that is no text", []string{xmlType, node, sender, "SOAPAction: \"\xe5\xff\""}, 200, ""},
		{"two content types", []string{xmlType, "Content-Type: application/json", node, sender}, 200, ""},
		{"a charset that is none", []string{"Content-Type: text/xml; charset=" + long, node, sender}, 500, "VP015"},
		{"a content type that is none", []string{"Content-Type: \xe5;;==\xff", node, sender}, 200, ""},
		{"two lengths", []string{xmlType, node, sender, "Content-Length: 1"}, 400, "none"},
		{"a length and chunks", []string{xmlType, node, sender, "Transfer-Encoding: chunked, gzip"}, 501, "none"},
		{"a folded header", []string{xmlType, node, "x-vp-sender-id: SE0000000001", " -1177"}, 500, "VP007"},
		{"a name with a blank", []string{xmlType, node, "x-vp-sender-id : " + portal}, 400, "none"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := newWorld(t)
			got := w.raw(c.lines...)
			if got.status != c.status || len(got.body) > 4<<10 {
				t.Errorf("status %d, not %d: %.300s", got.status, c.status, got.body)
			}
			if id := got.header.Values(soap.HeaderCorrelation); c.code != "none" &&
				(len(id) != 1 || len(id[0]) > 255 || strings.Contains(id[0], "\xff")) {
				t.Errorf("the correlation id is %.300q", id)
			}
			fault, refused := soap.ReadFault(got.body)
			switch {
			case c.code == "none":
				if n := w.producer.calls(); n != 0 {
					t.Error("it reached the producer")
				}
			case c.code == "" && refused, c.code != "" && !strings.HasPrefix(fault.String, c.code+" "):
				t.Errorf("got %.300s", got.body)
			case xml.Unmarshal(got.body, new(struct{})) != nil:
				t.Errorf("not well-formed: %.300s", got.body)
			}
			if c.code != "" && c.code != "none" && w.producer.calls() != 0 {
				t.Error("a refused call reached the producer")
			}
			discreet(t, w)
		})
	}
}
