package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// speaking reads requests on a connection and answers each with the next of answers.
func speaking(answers ...string) func(int, net.Conn) {
	var next atomic.Int32
	return func(_ int, connection net.Conn) {
		for {
			length := 0
			head := readHead(connection)
			if _, after, ok := strings.Cut(head, "Content-Length: "); ok {
				_, _ = fmt.Sscan(after, &length)
			}
			if _, err := io.ReadFull(connection, make([]byte, length)); err != nil || length == 0 {
				return
			}
			n := int(next.Add(1)) - 1
			if n >= len(answers) {
				return
			}
			if _, err := io.WriteString(connection, answers[n]); err != nil {
				return
			}
		}
	}
}

func TestAnswersOfAllFormsAreReadAndTheirConnectionIsUsedAgain(t *testing.T) {
	const plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for _, c := range []struct {
		name, answer string
		status       int
		body         string
		kept         bool
	}{
		{"with a length", plain, 200, "ok", true},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", 200, "ok", true},
		{"without a body", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
		{
			"after others of 1xx", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + plain, 200, "ok",
			true,
		},
		{"that ends the connection", "HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 500, "ok", false},
		{"of HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
		{"with more behind it than was told", plain + "HTTP/1.1 200 OK\r\n", 200, "ok", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProducer(t, speaking(c.answer, plain))
			client := quick(t)
			out := &Outgoing{URL: p.URL, Body: []byte("hej")}
			reply, err := client.Do(t.Context(), out)
			if err != nil || reply.Status != c.status || string(reply.Body) != c.body {
				t.Fatalf("%v, %+v", err, reply)
			}
			client.idle.mu.Lock()
			kept := len(client.idle.idle) == 1
			client.idle.mu.Unlock()
			if kept != c.kept {
				t.Errorf("the connection is kept: %v", kept)
			}
			if !c.kept {
				return
			}
			if reply, err = client.Do(t.Context(), out); err != nil || string(reply.Body) != "ok" || p.connections.Load() != 1 {
				t.Errorf("%v, %+v, %d connections", err, reply, p.connections.Load())
			}
		})
	}
}

func TestWhatAProducerSaysUnaskedIsNoAnswer(t *testing.T) {
	said := make(chan bool)
	p := newProducer(t, func(n int, connection net.Conn) {
		readHead(connection)
		_, _ = io.ReadFull(connection, make([]byte, 1))
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		if n == 1 {
			<-said // by now the first answer has been read
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
			said <- true
		}
	})
	c := quick(t)
	for n := range 2 {
		reply, err := c.Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
		if err != nil || string(reply.Body) != "ok" {
			t.Fatalf("%v, %+v", err, reply)
		}
		if n == 0 {
			said <- true
			<-said
		}
	}
	if p.connections.Load() != 2 {
		t.Errorf("%d connections", p.connections.Load())
	}
}

func TestAProducerMayAnswerBeforeItHasReadALongMessage(t *testing.T) {
	done := make(chan bool)
	p := newProducer(t, func(_ int, connection net.Conn) {
		readHead(connection)
		_, _ = io.WriteString(connection, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
		<-done
	})
	defer close(done)
	reply, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: bytes.Repeat([]byte("x"), 32<<20)})
	if err != nil || reply.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("%v, %+v", err, reply)
	}
}

func TestALongMessageArrivesWhole(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	c := quick(t)
	url := echoServer(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 4 {
				if reply, err := c.Do(t.Context(), &Outgoing{URL: url, Body: body}); err != nil || !bytes.Equal(reply.Body, body) {
					t.Errorf("%v", err)
				}
			}
		})
	}
	all.Wait()
}

func TestAHeadWithoutEndIsNotRead(t *testing.T) {
	p := newProducer(t,
		speaking("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", maxHead)+"\r\nContent-Length: 2\r\n\r\nok"))
	_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
	if own := sendError(t, err); own.Kind != KindReset || !own.Sent {
		t.Errorf("%#v", own)
	}
	p = newProducer(t, speaking(strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", maxInterim+2)))
	_, err = quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
	if own := sendError(t, err); own.Kind != KindReset || !own.Sent {
		t.Errorf("%#v", own)
	}
}

func TestHeadersThatAreNoneAreNotSent(t *testing.T) {
	p := newProducer(t, speaking())
	for name, header := range map[string]http.Header{
		"a line end in a value": {"X-A": {"a\r\nX-B: b"}}, "a blank in a name": {"X A": {"a"}},
	} {
		_, err := quick(t).Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x"), Header: header})
		if own := sendError(t, err); own.Kind != KindInvalid || own.Sent {
			t.Errorf("%s: %#v", name, own)
		}
	}
}

func TestAConnectionOfWhoGoesAwayIsClosed(t *testing.T) {
	ended := make(chan error, 1)
	reached := make(chan bool)
	p := newProducer(t, func(_ int, connection net.Conn) {
		readHead(connection)
		_, _ = io.ReadFull(connection, make([]byte, 1))
		close(reached)
		_, err := connection.Read(make([]byte, 1))
		ended <- err
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	_, err := quick(t).Do(ctx, &Outgoing{URL: p.URL, Body: []byte("x")})
	if own := sendError(t, err); own.Kind != KindCanceled || !own.Sent {
		t.Errorf("%#v", own)
	}
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("the producer sees %v", err)
	}
}

func TestIdleConnectionsAreClosedInTime(t *testing.T) {
	var c idleConnections
	a := destination{"http", "a:80"}
	var ends []net.Conn
	for range 3 {
		near, far := net.Pipe()
		ends = append(ends, far)
		c.put(newConnection(a, near))
	}
	c.idle[a][0].since = time.Now().Add(-time.Hour)
	c.closeBefore(time.Now().Add(-time.Minute))
	if _, err := ends[0].Read(make([]byte, 1)); !errors.Is(err, io.EOF) || len(c.idle[a]) != 2 {
		t.Errorf("%v, %d are left", err, len(c.idle[a]))
	}
	c.closeBefore(time.Now())
	for _, far := range ends[1:] {
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
	if len(c.idle) != 0 || c.sweep != nil {
		t.Error("something is left")
	}
}
