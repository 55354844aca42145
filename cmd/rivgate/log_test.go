package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

func TestNumbersThatCanBeAPersonsAreMasked(t *testing.T) {
	for in, want := range map[string]string{
		"189001019802":                           "************",
		"about 18900101-9802.":                   "about *************.",
		"old 18900101+9802":                      "old *************",
		"short 9001019802, 900101-9802":          "short **********, ***********",
		"blank 18900101 9802, 900101 9802":       "blank *************, ***********",
		"reserve 18900101TF12 and 18900101-T12A": "reserve ************ and *************",
		"reserve 18900161 T12a.":                 "reserve *************.",
		"date 20260131 open":                     "date 20260131 open",
		"date 20260131 98021":                    "date 20260131 98021",
		"stamp 20260131T104200":                  "stamp 20260131T104200",
		"uuid 19900101-7a5e-7c3b":                "uuid 19900101-7a5e-7c3b",
		"no month 18901301TF12":                  "no month 18901301TF12",
		"coordination 191401682396":              "coordination ************",
		"unknown month 190000609812":             "unknown month ************",
		"mistyped 189001019803":                  "mistyped ************",
		"inside id189001019802x":                 "inside id************x",
		"unit SE2010123456-VC01":                 "unit SE2010123456-VC01",
		"unit TSTNMT2321000156-10X":              "unit TSTNMT2321000156-10X",
		"org 2321000156":                         "org 2321000156",
		"stamp 20260131104200":                   "stamp 20260131104200",
		"date 20260131":                          "date 20260131",
		"at 2026-01-31T10:42:00.123456789Z":      "at 2026-01-31T10:42:00.123456789Z",
		`{"event.duration":1201123456}`:          `{"event.duration":1201123456}`,
		`{"event.duration": 190101123456}`:       `{"event.duration": 190101123456}`,
		"0192f0c1-7a5e-7c3b-9d20-0123456789ab":   "0192f0c1-7a5e-7c3b-9d20-0123456789ab",
		"1234567890123456":                       "1234567890123456",
	} {
		line := []byte(in)
		maskNumbers(line)
		if string(line) != want {
			t.Errorf("%q became %q, not %q", in, line, want)
		}
	}
}

type secret struct{ ID string }

func (s secret) String() string { return s.ID }

func TestNoFieldOfTheLogLetsANumberThrough(t *testing.T) {
	const number = "189001019802"
	for _, format := range []string{"json", "text"} {
		var out bytes.Buffer
		log := newLog(LogConfig{Level: "debug", Format: format}, &out).With(zap.String("with", number)).Named(number)
		log.Info("message "+number, zap.String("string", number), zap.ByteString("bytes", []byte(number)), zap.Error(errors.New("about "+number)),
			zap.Any("struct", secret{number}), zap.Stringer("stringer", secret{number}), zap.Strings("list", []string{number}),
			zap.Reflect("reflect", map[string]string{number: number}), zap.Duration("event.duration", 190101123456*time.Nanosecond))
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
	log := newLog(LogConfig{Level: "warn", Format: "json"}, &out)
	log.Info("no")
	log.Warn("yes")
	if got := out.String(); strings.Contains(got, `"no"`) || !strings.Contains(got, `"message":"yes"`) {
		t.Errorf("the log: %s", got)
	}
}
