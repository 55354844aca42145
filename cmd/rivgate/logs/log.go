// Package logs writes the log: as text or JSON, personal numbers masked, and without making who logs wait for a slow
// reader.
//
// It does not know what is logged.
package logs

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts/identity"
)

// New opens the log as configured. Whatever is written through it, by whomever, leaves without personal numbers.
func New(c config.Log, w io.Writer) *zap.Logger {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil { // the configuration was checked
		level = zapcore.InfoLevel
	}
	form := zapcore.EncoderConfig{
		TimeKey: "@timestamp", LevelKey: "log.level", NameKey: "log.logger", MessageKey: "message",
		StacktraceKey: "error.stack_trace",
		EncodeTime:    zapcore.RFC3339NanoTimeEncoder, EncodeLevel: zapcore.LowercaseLevelEncoder,
		EncodeDuration: zapcore.NanosDurationEncoder,
	}
	encoder := zapcore.NewJSONEncoder(form)
	if c.Format == "text" {
		form.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		form.EncodeDuration = zapcore.StringDurationEncoder
		encoder = zapcore.NewConsoleEncoder(form)
	}
	return zap.New(zapcore.NewCore(masking{encoder, c.Format != "text"}, zapcore.Lock(zapcore.AddSync(w)), level))
}

// masking is an encoder whose finished lines hold no personal numbers, whichever field they came in by.
type masking struct {
	zapcore.Encoder
	json bool
}

// Clone keeps the mask on loggers with fields of their own.
func (m masking) Clone() zapcore.Encoder { return masking{m.Encoder.Clone(), m.json} }

// EncodeEntry writes the line and masks it.
func (m masking) EncodeEntry(e zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line, err := m.Encoder.EncodeEntry(e, inECS(fields))
	switch {
	case err != nil:
	case m.json:
		maskStrings(line)
	default:
		identity.Erase(line.Bytes())
	}
	return line, err
}

// inECS are fields with the error that zap calls "error" under its name in ECS. There error is an object, and a line in
// which it is a text is refused.
func inECS(fields []zapcore.Field) []zapcore.Field {
	at := slices.IndexFunc(fields, func(f zapcore.Field) bool { return f.Key == "error" && f.Type == zapcore.ErrorType })
	if at < 0 {
		return fields
	}
	fields = slices.Clone(fields) // they are the caller's
	fields[at].Key = "error.message"
	return fields
}

// maskStrings masks the strings of a line of JSON, names of fields too, by what they say, not by how they are written:
// the line stays JSON. Its numbers are durations and counts, and stay as they are.
func maskStrings(line *buffer.Buffer) {
	text := line.Bytes()
	var masked []byte // nil while all could be done in place
	copied := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		end, escapes := stringEnd(text, i)
		if !escapes {
			identity.Erase(text[i+1 : end-1])
		} else if fresh := maskEscaped(text[i:end]); fresh != nil {
			masked = append(append(masked, text[copied:i]...), fresh...)
			copied = end
		}
		i = end - 1
	}
	if masked == nil {
		return
	}
	masked = append(masked, text[copied:]...)
	line.Reset()
	_, _ = line.Write(masked) // into memory
}

// stringEnd is where the JSON string ends that begins at i, and whether there are escapes in it.
func stringEnd(text []byte, i int) (end int, escapes bool) {
	if n := bytes.IndexByte(text[i+1:], '"'); n >= 0 && bytes.IndexByte(text[i+1:i+1+n], '\\') < 0 {
		return i + n + 2, false // as nearly all
	}
	for end = i + 1; end < len(text) && text[end] != '"'; end++ {
		if text[end] == '\\' {
			escapes = true
			end++
		}
	}
	return min(end+1, len(text)), escapes
}

// maskEscaped is a JSON string with its text masked; nil where there is nothing to mask.
func maskEscaped(quoted []byte) []byte {
	var text string
	if json.Unmarshal(quoted, &text) != nil || !identity.Holds(text) {
		return nil
	}
	fresh, err := json.Marshal(identity.Hide(text))
	if err != nil { // a string can always be written
		return []byte(`""`)
	}
	return fresh
}
