package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts/identity"
)

// Whatever is logged, a line is one JSON value, no string of it holds a personal number, and every number is the one
// that was logged.
func TestTheLogIsJSONWhateverIsInIt(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"189001019802", "18900101-9802", "900101-9802", "18900101\u00a09802", "18900101TF12", "\x00", "\x1f", "\"", "\\",
		"\n", "\t", "\u2028", "\xff", "é", "<",
		"SE2010123456-VC01", "-190101123456", "{", "}", "1",
	}))
	text := rapid.Map(rapid.SliceOfN(piece, 0, 6), func(pieces []string) string { return strings.Join(pieces, "") })
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		log := New(config.Log{Level: "debug", Format: "json"}, &out)
		numbers := map[string]int64{}
		var fields []zap.Field
		for i := range rapid.IntRange(0, 8).Draw(t, "fields") {
			name, value := fmt.Sprintf("n%d", i), text.Draw(t, "value")
			number := rapid.OneOf(rapid.Int64(),
				rapid.SampledFrom([]int64{-190101123456, 189001019802, 9001019802, -9001019802})).Draw(t, "number")
			fields = append(fields, rapid.SampledFrom([]zap.Field{
				zap.String(text.Draw(t, "key"), value), zap.ByteString("bytes", []byte(value)), zap.Error(errors.New(value)),
				zap.Any("any", secret{value}),
				zap.Stringer("stringer", secret{value}), zap.Strings("list", []string{value, value}),
				zap.Reflect("map", map[string]any{value: number, "f": value}),
				zap.Int64(name, number), zap.Duration(name, time.Duration(number)), zap.Float64("float", float64(number)/1e6),
				zap.Time("time", time.Unix(number%1e9, 0)),
				zap.Binary("binary", []byte(value)), zap.Namespace("space"),
			}).Draw(t, "field"))
			if last := fields[len(fields)-1]; last.Key == name {
				numbers[name] = number
			}
		}
		log.Named(text.Draw(t, "logger")).Info(text.Draw(t, "message"), fields...)
		d := json.NewDecoder(&out)
		d.UseNumber()
		var line any
		if err := d.Decode(&line); err != nil || d.More() {
			t.Fatalf("no JSON: %v", err)
		}
		lookInto(t, line, numbers)
		for name := range numbers {
			t.Errorf("the number %s is gone", name)
		}
	})
}

// lookInto looks at every string and number of a line; it strikes off the numbers that it finds.
func lookInto(t *rapid.T, value any, numbers map[string]int64) {
	switch value := value.(type) {
	case string:
		if identity.Holds(value) {
			t.Errorf("a number came through: %q", value)
		}
	case []any:
		for _, v := range value {
			lookInto(t, v, numbers)
		}
	case map[string]any:
		for name, v := range value {
			lookInto(t, name, numbers)
			lookInto(t, v, numbers)
			if want, ok := numbers[name]; ok && fmt.Sprint(v) == fmt.Sprint(want) {
				delete(numbers, name)
			}
		}
	}
}

func TestTheLogHidesWhatCanBeAPersons(t *testing.T) {
	for said, want := range map[string]string{
		"about 18900101-9802.":          "about *************.",
		"after\u0001189001019802":       "after\u0001************",
		"\\18900101 9802\n":             "\\*************\n",
		"unit SE2010123456-VC01":        "unit SE2010123456-VC01",
		"at 2026-01-31T10:42:00.12345Z": "at 2026-01-31T10:42:00.12345Z",
	} {
		var out bytes.Buffer
		New(config.Log{Level: "info", Format: "json"}, &out).Info(said)
		var line struct{ Message string }
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Message != want {
			t.Errorf("%q became %q, not %q: %v", said, line.Message, want, err)
		}
	}
}

type secret struct{ ID string }

func (s secret) String() string { return s.ID }

func TestNoFieldOfTheLogLetsANumberThrough(t *testing.T) {
	const number = "189001019802"
	for _, format := range []string{"json", "text"} {
		var out bytes.Buffer
		log := New(config.Log{Level: "debug", Format: format}, &out).With(zap.String("with", number)).Named(number)
		log.Info("message "+number, zap.String("string", number), zap.ByteString("bytes", []byte(number)),
			zap.Error(errors.New("about "+number)),
			zap.Any("struct", secret{number}), zap.Stringer("stringer", secret{number}), zap.Strings("list", []string{number}),
			zap.Reflect("reflect", map[string]string{number: number}),
			zap.Duration("event.duration", 190101123456*time.Nanosecond))
		log.WithOptions(zap.AddStacktrace(zap.InfoLevel)).Sugar().Infow(number, "key", number)
		zap.NewStdLog(log).Print(number)
		if strings.Contains(out.String(), number) {
			t.Errorf("%s:\n%s", format, out.String())
		}
		if n := strings.Count(out.String(), "************"); n < 15 {
			t.Errorf("%s: %d masked numbers:\n%s", format, n, out.String())
		}
		if format == "json" {
			for line := range strings.Lines(out.String()) {
				if !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %s", line)
				}
			}
			if !strings.Contains(out.String(), `"event.duration":190101123456`) {
				t.Errorf("the duration is gone: %s", out.String())
			}
		}
	}
}

func TestTheLevelOfTheLogIsKept(t *testing.T) {
	var out bytes.Buffer
	log := New(config.Log{Level: "warn", Format: "json"}, &out)
	log.Info("no")
	log.Warn("yes")
	if got := out.String(); strings.Contains(got, `"no"`) || !strings.Contains(got, `"message":"yes"`) {
		t.Errorf("the log: %s", got)
	}
}

// In ECS error is an object: a line with a text of that name is refused by whoever keeps the log.
func TestAnErrorIsLoggedUnderItsNameInECS(t *testing.T) {
	var out bytes.Buffer
	fields := []zap.Field{zap.String("error.type", "x"), zap.Error(errors.New("the disk is full"))}
	New(config.Log{Level: "info", Format: "json"}, &out).Info("writing", fields...)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["error.message"] != "the disk is full" || line["error"] != nil || fields[1].Key != "error" {
		t.Errorf("%s", out.Bytes())
	}
}
