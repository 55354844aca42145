package soap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

// Room is used again, and never by two at once.
func TestRoomsGiveEachHisOwn(t *testing.T) {
	var rooms BufferPool
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 200 {
				text := []byte(message("Hej", strings.Repeat(fmt.Sprintf("<a>%d.%d</a>", worker, n), 1+n*worker%700)))
				r, err := ReadRequest(told{bytes.NewReader(text), len(text)}, ContentType, Limits{Buffers: &rooms})
				if err != nil {
					t.Error(err)
					return
				}
				if !bytes.Equal(r.Envelope(), text) || r.Receiver != testReceiver(t) {
					t.Errorf("worker %d, message %d: something else was read", worker, n)
				}
				r.Release()
			}
		})
	}
	all.Wait()
}

func testReceiver(t *testing.T) string {
	t.Helper()
	r, err := ReadRequest(strings.NewReader(testRequest), ContentType, Limits{})
	if err != nil {
		t.Error(err)
		return ""
	}
	return r.Receiver
}

// told is a body of which the length is said beforehand; it comes in pieces.
type told struct {
	io.Reader
	length int
}

func (b told) Len() int { return b.length }

func (b told) Read(p []byte) (int, error) { return b.Reader.Read(p[:min(len(p), 5000)]) }

// What does not come from room of ours is not taken for such.
func TestReleaseLeavesTheCallersMemoryAlone(t *testing.T) {
	var rooms BufferPool
	text := append(make([]byte, 0, 1<<minBufferBits), testRequest...)
	r, err := Peek(text, ContentType, Limits{Buffers: &rooms})
	if err == nil {
		err = r.ReadAll()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Release()
	for range 100 {
		if room := rooms.get(cap(text)); &room[:1][0] == &text[0] {
			t.Fatal("the caller's memory is given to another message")
		}
	}
}

// A message that is looked at while it comes gets the same judgement as one that is there at once, an end before its
// time and a length that was a lie included.
func TestGuardingAheadChangesNothing(t *testing.T) {
	long := message("Hej", strings.Repeat("<a>väntan</a>\n", 9000))
	bad := strings.Replace(long, "<a>", "<a>\x01", 1)
	late := long[:60_000] + "<b>" + long[60_000:]
	for what, c := range map[string]struct {
		text   string
		length int
		body   func(io.Reader) io.Reader
		limits Limits
	}{
		"sound":                    {text: long, length: len(long)},
		"an offence at the start":  {text: bad, length: len(bad)},
		"an offence in the middle": {text: late, length: len(late)},
		"an offence at the end":    {text: long + "<a/>", length: len(long) + 4},
		"another charset": {
			text: `<?xml version="1.0" encoding="iso-8859-1"?>` + long, length: len(long) + 43,
		},
		"an unknown charset":             {text: `<?xml version="1.0" encoding="EBCDIC"?>` + long, length: len(long) + 39},
		"cut off":                        {text: long[:len(long)/2], length: len(long)},
		"broken off":                     {text: long, length: len(long), body: breakOff},
		"an offence, and broken off":     {text: bad, length: len(bad), body: breakOff},
		"longer than it was told to be":  {text: long, length: 40_000, limits: Limits{Whole: 50_000}},
		"the same, with an offence":      {text: bad, length: 40_000, limits: Limits{Whole: 50_000}},
		"too large, and told to be less": {text: bad, length: 40_000, limits: Limits{Message: 60_000}},
		"shorter than it was told to be": {text: long, length: 2 * len(long)},
		"as long as its room, to the byte": {
			text: message("Hej", strings.Repeat("x", 1<<16-len(message("Hej", "")))), length: 1 << 16,
		},
	} {
		body := func() io.Reader {
			if c.body != nil {
				return c.body(strings.NewReader(c.text))
			}
			return strings.NewReader(c.text)
		}
		want, wanted := ReadRequest(struct{ io.Reader }{body()}, "text/xml", c.limits)
		c.limits.Buffers = &BufferPool{}
		got, err := ReadRequest(told{body(), c.length}, "text/xml", c.limits)
		if !sameError(wanted, err) {
			t.Errorf("%s: at once %v, ahead %v", what, wanted, err)
			continue
		}
		if err != nil {
			continue
		}
		if got.guard.Offset() != want.guard.Offset() {
			t.Errorf("%s: at once guarded up to %d, ahead up to %d", what, want.guard.Offset(), got.guard.Offset())
		}
		wanted, err = want.ReadAll(), got.ReadAll()
		if !sameError(wanted, err) ||
			wanted == nil && (!bytes.Equal(got.UTF8(), want.UTF8()) || !bytes.Equal(got.BodyChild(), want.BodyChild())) {
			t.Errorf("%s, read to the end: at once %v, ahead %v", what, wanted, err)
		}
	}
}

func breakOff(r io.Reader) io.Reader {
	return io.MultiReader(io.LimitReader(r, 100_000), brokenReader{})
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the line is dead") }
