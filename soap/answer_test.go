package soap

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/soap/guard"
)

// saying is a server that answers with a head and a body as they stand, and closes.
func saying(t *testing.T, head, body string) string {
	answer := []byte(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body)
	return newProducer(t, func(_ int, connection net.Conn) {
		readHead(connection)
		_, _ = io.ReadFull(connection, make([]byte, 1)) // of the request: unread bytes make a close a reset
		_, _ = connection.Write(answer)
	}).URL
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// answerInParts is an answer with a file beside its envelope.
func answerInParts(file string) (head, body, want string) {
	envelope := func(content string) string { return envelopeOf("", "<f>"+content+"</f>") }
	include := `<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:file@example"/>`
	body = "--sep\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: " +
		"<root@example>\r\n\r\n" + envelope(include) +
		"\r\n--sep\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nContent-ID: " +
		"<file@example>\r\n\r\n" + file + "\r\n--sep--\r\n"
	head = "HTTP/1.1 200 OK\n" +
		`Content-Type: multipart/related; type="application/xop+xml"; start="<root@example>"; start-info="text/xml"; ` +
		`boundary="sep"`
	return head, body, envelope(base64.StdEncoding.EncodeToString([]byte(file)))
}

func whole(t *testing.T, reply *Reply) string {
	t.Helper()
	answer, err := reply.In(guard.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Stream == nil {
		return string(answer.Body)
	}
	defer answer.Stream.Close()
	body, err := io.ReadAll(answer.Stream)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A caller gets an envelope, whatever its producer wrapped it in, and however large it is.
func TestAnswersAreUnpacked(t *testing.T) {
	for name, file := range map[string]string{"short": "ett\x00två", "long": strings.Repeat("fil \xff\x00", 1<<15)} {
		head, body, want := answerInParts(file)
		plain := envelopeOf("", strings.Repeat("text ", len(file)/5+1))
		for _, c := range []struct{ what, head, body, want string }{
			{"in parts", head + fmt.Sprintf("\nContent-Length: %d", len(body)), body, want},
			{"in parts, of unknown length", head, body, want},
			{"in parts, compressed", head + "\nContent-Encoding: gzip", zipped(body), want},
			{
				"in parts, without the last boundary", head + "\nContent-Length: 99999999", strings.TrimSuffix(body, "--\r\n"),
				want,
			},
			{"compressed", "HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-Encoding: gzip", zipped(plain), plain},
			{
				"compressed by an old name", "HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-Encoding: X-GZIP", zipped(plain),
				plain,
			},
			{
				"shorter than promised", "HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-Length: 14000000", plain + "\n",
				plain + "\n",
			},
		} {
			for _, hold := range []int64{0, 64 << 10} {
				t.Run(fmt.Sprintf("%s, %s, hold %d", c.what, name, hold), func(t *testing.T) {
					reply, err := quick(t).Do(t.Context(), &Outgoing{URL: saying(t, c.head, c.body), Body: []byte("x"), WaitFor: hold})
					if err != nil {
						t.Fatal(err)
					}
					if kind := reply.Kind(); kind != Response {
						t.Errorf("kind %v, %v", kind, reply.unreadable)
					}
					if got := whole(t, reply); got != c.want {
						t.Errorf("got %d bytes, want %d: %.300q", len(got), len(c.want), got)
					}
					if reply.Header.Get("Content-Encoding") != "" {
						t.Error("it still says that it is compressed")
					}
				})
			}
		}
	}
}

// What is wrong with the wrapping is the answer's fault and not the connection's; its status stays known.
func TestAnswersThatCannotBeUnpacked(t *testing.T) {
	head, body, _ := answerInParts("fil")
	packed := zipped(envelopeOf("", "x"))
	for what, c := range map[string]struct{ head, body, reason string }{
		"gzip that is none": {
			"HTTP/1.1 503 Away\nContent-Encoding: gzip", envelopeOf("", "x"),
			"the answer says that it is gzip, and cannot be unpacked",
		},
		"gzip that is damaged": {
			"HTTP/1.1 503 Away\nContent-Encoding: gzip", packed[:len(packed)-8] + "checksum",
			"the answer says that it is gzip, and cannot be unpacked",
		},
		"another compression": {
			"HTTP/1.1 503 Away\nContent-Encoding: br", "xyz", "the answer's Content-Encoding is none that is taken",
		},
		"parts that are not XOP": {
			"HTTP/1.1 503 Away\nContent-Type: multipart/mixed; boundary=sep", body,
			"the answer is in parts that are not XOP (application/xop+xml)",
		},
		"an Include of a missing part": {
			strings.Replace(head, "200 OK", "503 Away", 1), strings.Replace(body, "<file@", "<other@", 1),
			"an xop:Include names a part that is not there",
		},
		"an envelope in no part": {
			strings.Replace(head, "200 OK", "503 Away", 1), strings.Replace(body, "<root@", "<other@", 1),
			"the part with the envelope is missing or not application/xop+xml",
		},
	} {
		t.Run(what, func(t *testing.T) {
			reply, err := quick(t).Do(t.Context(), &Outgoing{URL: saying(t, c.head, c.body), Body: []byte("x")})
			if err != nil {
				t.Fatal(err)
			}
			_, err = reply.UTF8()
			var own *Error
			if !errors.As(err, &own) || own.Reason != c.reason || reply.Status != 503 || reply.Kind() != NotSOAP {
				t.Errorf("status %d, kind %v, %v", reply.Status, reply.Kind(), err)
			}
		})
	}
}

// An answer that ends too soon is one without its end, unless its envelope is there and nobody broke the connection
// off.
func TestAnswersThatEndTooSoon(t *testing.T) {
	text := envelopeOf("", strings.Repeat("text ", 40<<10))
	for what, body := range map[string]string{
		"in the middle": text[:len(text)/2], "before the last sign": text[:len(text)-1],
		"in a comment that looks like the end": text[:len(text)-30] + "<!--</e:Envelope",
	} {
		for _, hold := range []int64{0, 64 << 10} {
			for _, head := range []string{"Content-Length: 9999999", "Transfer-Encoding: chunked"} {
				sent := body
				if strings.Contains(head, "chunked") {
					sent = fmt.Sprintf("%x\r\n%s\r\n", len(body), body)
				}
				t.Run(fmt.Sprintf("%s, %s, hold %d", what, head, hold), func(t *testing.T) {
					reply, err := quick(t).Do(t.Context(), &Outgoing{
						URL: saying(t, "HTTP/1.1 200 OK\n"+head, sent), Body: []byte("x"), WaitFor: hold,
					})
					if err == nil && reply.Rest != nil {
						_, err = io.Copy(io.Discard, reply.Rest)
						reply.Close()
					}
					if own := sendError(t, err); own.Kind != SendReset || !own.Sent {
						t.Errorf("%#v", own)
					}
				})
			}
		}
	}
	t.Run("the connection is reset", func(t *testing.T) {
		p := newProducer(t, func(_ int, connection net.Conn) {
			readHead(connection)
			_, _ = io.ReadFull(connection, make([]byte, 1))
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"+text)
			time.Sleep(50 * time.Millisecond) // the reset overtakes what is still on its way
			_ = connection.(*net.TCPConn).SetLinger(0)
		})
		_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
		if own := sendError(t, err); own.Kind != SendReset || !own.Sent {
			t.Errorf("%#v", own)
		}
	})
}

// countingConn counts what is read.
type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// What of an answer is not wanted is not read: of what is compressed, no more than is unpacked for it.
func TestAnswerIsReadAsFarAsItIsWanted(t *testing.T) {
	const most, ahead = 64 << 10, 16 << 10 // ahead: what is read for the head, and by buffers
	text := envelopeOf("", strings.Repeat("a long answer ", 1<<20/14))
	head, parts, _ := answerInParts(strings.Repeat("f", 1<<20))
	for what, answer := range map[string]struct{ head, body string }{
		"an envelope":               {"HTTP/1.1 200 OK\nContent-Type: text/xml", text},
		"an envelope of known size": {fmt.Sprintf("HTTP/1.1 200 OK\nContent-Length: %d", len(text)), text},
		"an answer in parts":        {head, parts},
		"a compressed answer":       {"HTTP/1.1 200 OK\nContent-Encoding: gzip", zipped(text)},
		"a compressed one of 10 MB": {"HTTP/1.1 200 OK\nContent-Encoding: gzip", zipped(strings.Repeat(text, 10))},
	} {
		t.Run(what, func(t *testing.T) {
			var read atomic.Int64
			c := quick(t)
			c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				real, err := (&net.Dialer{}).DialContext(ctx, network, address)
				return countingConn{real, &read}, err
			}
			url := saying(t, answer.head, answer.body)
			before := allocated()
			reply, err := c.Do(t.Context(), &Outgoing{URL: url, Body: []byte("x"), ReadAtMost: most})
			if err != nil || reply.Rest != nil || len(reply.Body) > most || !reply.Truncated {
				t.Fatalf("%v, %+v", err, reply)
			}
			if room := allocated() - before; read.Load() > most+ahead || room > 1<<20 {
				t.Errorf("%d bytes were read, %d were allocated", read.Load(), room)
			}
		})
	}
}

// allocated is how many bytes have been allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestCloseCut(t *testing.T) {
	for text, want := range map[string]string{
		"<a><b>1</b><c>tw":            "<a><b>1</b></a>",
		"<s:a x='1'><s:b><c/><d>":     "<s:a x='1'><s:b><c/></s:b></s:a>",
		"<a><b>1</b></a>":             "<a><b>1</b></a>",
		"<a><b>1</b><!-- cut in a co": "<a><b>1</b></a>",
		"<a><b>":                      "",
		"":                            "",
		"no XML":                      "",
	} {
		if got := string(CloseTruncated([]byte(text))); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
