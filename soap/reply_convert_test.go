package soap

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"rivgate/soap/guard"
	"rivgate/soap/wire"
)

// answering is a server that answers with these bytes.
func answering(t *testing.T, contentType string, body []byte) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func envelopeOf(declaration, content string) string {
	return declaration + `<e:Envelope xmlns:e="` + NamespaceEnvelope + `"><e:Body><x xmlns="urn:x">` + content +
		`</x></e:Body></e:Envelope>`
}

// Whatever charset an answer comes in, and whatever its length, it goes back as UTF-8, or as UTF-16 to who asked in
// UTF-16.
func TestReplyIn(t *testing.T) {
	wide := func(e unicode.Endianness, b unicode.BOMPolicy, text string) []byte {
		out, err := unicode.UTF16(e, b).NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	declared := func(encoding string) string {
		return `<?xml version="1.0" encoding="` + encoding + `" standalone="yes"?>`
	}
	for name, content := range map[string]string{"short": "åäö €𝄞", "long": strings.Repeat("åäö €𝄞<y/>", 40<<10)} {
		latin := strings.NewReplacer("€", "", "𝄞", "").Replace(content)
		for _, from := range []struct {
			charset string
			body    []byte
			text    string
		}{
			{"UTF-8 without declaration", []byte(envelopeOf("", content)), envelopeOf("", content)},
			{"UTF-8", []byte(envelopeOf(declared("utf-8"), content)), envelopeOf(declared("utf-8"), content)},
			{
				"UTF-8 with a mark", []byte("\xEF\xBB\xBF" + envelopeOf(declared("UTF-8"), content)),
				envelopeOf(declared("UTF-8"), content),
			},
			{
				"UTF-16LE", wide(unicode.LittleEndian, unicode.UseBOM, envelopeOf(declared("UTF-16"), content)),
				envelopeOf(declared("UTF-8"), content),
			},
			{
				"UTF-16BE", wide(unicode.BigEndian, unicode.UseBOM, envelopeOf(declared("UTF-16"), content)),
				envelopeOf(declared("UTF-8"), content),
			},
			{"ISO-8859-1", latin1(envelopeOf(declared("ISO-8859-1"), latin)), envelopeOf(declared("UTF-8"), latin)},
		} {
			url := answering(t, "text/xml", from.body)
			for _, to := range []struct {
				charset, contentType string
				form                 func(string) []byte
			}{
				{"UTF-8", "text/xml; charset=UTF-8", func(s string) []byte { return []byte(s) }},
				{"ISO-8859-1", "text/xml; charset=UTF-8", func(s string) []byte { return []byte(s) }},
				{
					"UTF-16LE", "text/xml; charset=UTF-16",
					func(s string) []byte { return wide(unicode.LittleEndian, unicode.UseBOM, s) },
				},
				{
					"UTF-16BE", "text/xml; charset=UTF-16",
					func(s string) []byte { return wide(unicode.BigEndian, unicode.UseBOM, s) },
				},
			} {
				t.Run(name+" "+from.charset+" to "+to.charset, func(t *testing.T) {
					reply, err := (&Client{}).Do(t.Context(), &Outgoing{URL: url, Body: []byte("x"), WaitFor: 64 << 10})
					if err != nil {
						t.Fatal(err)
					}
					if kind := reply.Kind(); kind != Response || (reply.Rest != nil) != (name == "long") {
						t.Fatalf("kind %v, rest %v", kind, reply.Rest != nil)
					}
					answer, err := reply.In(to.charset)
					if err != nil {
						t.Fatal(err)
					}
					body := answer.Body
					if answer.Stream != nil {
						if body, err = io.ReadAll(answer.Stream); err != nil {
							t.Fatal(err)
						}
						answer.Stream.Close()
					}
					text := from.text
					if from.charset == "UTF-8 with a mark" && !strings.HasPrefix(to.charset, guard.UTF16) {
						text = "\ufeff" + text
					}
					if strings.HasPrefix(to.charset, guard.UTF16) {
						text = strings.NewReplacer(`"UTF-8"`, `"UTF-16"`, `"utf-8"`, `"UTF-16"`).Replace(text)
					}
					if !bytes.Equal(body, to.form(text)) || answer.Header.Get("Content-Type") != to.contentType {
						t.Errorf("%s, %d bytes: %.200q", answer.Header.Get("Content-Type"), len(body), body)
					}
				})
			}
		}
	}
}

func latin1(text string) []byte {
	var b []byte
	for _, r := range text {
		b = append(b, byte(r))
	}
	return b
}

func TestRestOfAnAnswer(t *testing.T) {
	url := answering(t, ContentType, []byte(envelopeOf("", strings.Repeat("x", 1<<20))))
	t.Run("it is bounded", func(t *testing.T) {
		reply, err := (&Client{MaxAnswer: 512 << 10}).Do(t.Context(), &Outgoing{
			URL: url, Body: []byte("x"), WaitFor: 1 << 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Close()
		n, err := io.Copy(io.Discard, reply.Rest)
		var failed *SendError
		if !errors.As(err, &failed) || failed.Kind != SendTooLarge || n > 512<<10 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
	t.Run("its time is that of the exchange", func(t *testing.T) {
		release := make(chan struct{})
		stuck := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(envelopeOf("", strings.Repeat("x", 4<<10))))
			_ = http.NewResponseController(w).Flush()
			<-release
		}))
		defer stuck.Close()
		defer close(release)
		reply, err := (&Client{Client: wire.Client{Timeout: 300 * time.Millisecond}}).Do(t.Context(), &Outgoing{
			URL: stuck.URL, Body: []byte("x"), WaitFor: 1 << 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Close()
		if _, err := io.Copy(io.Discard, reply.Rest); err == nil {
			t.Error("it waited for ever")
		}
	})
	t.Run("all of it is read while the request is still being sent", func(t *testing.T) {
		reader, writer := io.Pipe()
		early := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).EnableFullDuplex()
			_, _ = io.CopyN(io.Discard, r.Body, 10)
			_, _ = w.Write([]byte(envelopeOf("", strings.Repeat("x", 8<<20)))) // more than fits on the way
			_ = http.NewResponseController(w).Flush()
			writer.Close()
			_, _ = io.Copy(io.Discard, r.Body)
		}))
		defer early.Close()
		go func() { _, _ = writer.Write([]byte(strings.Repeat("y", 20))) }()
		reply, err := (&Client{}).Do(t.Context(), &Outgoing{URL: early.URL, Stream: reader, WaitFor: 1 << 10})
		if err != nil || reply.Rest != nil || len(reply.Body) < 8<<20 {
			t.Errorf("%v", err)
		}
	})
}

// What passes of a large answer leaves nothing to be collected behind it, in any charset: else the peak of memory grows
// with the answer.
func TestRestPassesWithoutGarbage(t *testing.T) {
	const size = 16 << 20
	for _, charset := range []string{guard.UTF8, guard.Latin1, guard.UTF16LE} {
		r := &boundedBody{
			body: io.NopCloser(io.LimitReader(endless{}, size)), left: size, endedEarly: func() bool { return false },
		}
		var from io.Reader = r
		if charset != guard.UTF8 {
			from = &converting{from: r, charset: charset}
		}
		piece := make([]byte, 32<<10)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for err := error(nil); err == nil; {
			_, err = from.Read(piece)
		}
		runtime.ReadMemStats(&after)
		if made := after.TotalAlloc - before.TotalAlloc; made > size/16 {
			t.Errorf("%s: %d bytes were allocated while %d passed", charset, made, size)
		}
		if r.left != 0 {
			t.Errorf("%s: %d bytes did not pass", charset, r.left)
		}
	}
}
