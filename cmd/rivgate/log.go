package main

import (
	"io"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// newLog opens the log as configured. Whatever is written through it, by whomever, leaves without personal numbers.
func newLog(c LogConfig, w io.Writer) *zap.Logger {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil { // the configuration was checked
		level = zapcore.InfoLevel
	}
	form := zapcore.EncoderConfig{
		TimeKey: "@timestamp", LevelKey: "log.level", NameKey: "log.logger", MessageKey: "message", StacktraceKey: "error.stack_trace",
		EncodeTime: zapcore.RFC3339NanoTimeEncoder, EncodeLevel: zapcore.LowercaseLevelEncoder, EncodeDuration: zapcore.NanosDurationEncoder,
	}
	encoder := zapcore.NewJSONEncoder(form)
	if c.Format == "text" {
		form.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		form.EncodeDuration = zapcore.StringDurationEncoder
		encoder = zapcore.NewConsoleEncoder(form)
	}
	return zap.New(zapcore.NewCore(masking{encoder}, zapcore.Lock(zapcore.AddSync(w)), level))
}

// masking is an encoder whose finished lines hold no personal numbers, whichever field they came in by.
type masking struct{ zapcore.Encoder }

// Clone keeps the mask on loggers with fields of their own.
func (m masking) Clone() zapcore.Encoder { return masking{m.Encoder.Clone()} }

// EncodeEntry writes the line and masks it.
func (m masking) EncodeEntry(e zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line, err := m.Encoder.EncodeEntry(e, fields)
	if err == nil {
		maskNumbers(line.Bytes())
	}
	return line, err
}

// maskNumbers overwrites what can be a personnummer, samordningsnummer or reserve number: 12 digits or 10, with or without -, + or a blank before the
// last four, which may be letters and digits after the eight of a date. Month and day must be able to exist; the check digit may be anything, for a
// mistyped number is somebody's too. Digits that are a JSON number of their own (durations, counts) stay, and so do the organisation numbers in HSA-ids:
// those follow letters, and have months above 19.
func maskNumbers(line []byte) {
	for i := 0; i+leastDigits <= len(line); {
		// No digit at the end of so many bytes: none of them begins a number, and most of a line is passed over so.
		last := i + leastDigits - 1
		if !isDigit(line[last]) {
			i = last + 1
			continue
		}
		first := last
		for first > i && isDigit(line[first-1]) {
			first--
		}
		i = first
		end := last + 1
		for end < len(line) && isDigit(line[end]) {
			end++
		}
		tail := end
		if n := end - i; n == 8 || n == 6 {
			tail = withSuffix(line, end, n == 8)
		}
		if personal(line[i:end], tail > end) && !isNumber(line, i) && !(end-i == 10 && isHSAID(line, i)) {
			for k := i; k < tail; k++ {
				line[k] = '*'
			}
		}
		i = tail
	}
}

// leastDigits is how many digits without a break the form of a personal number has at least.
const leastDigits = 6

// withSuffix is where the last four of a parted number end, or end where there are none: "-NNNN", "+NNNN" or " NNNN"; and after the eight digits of
// a date also four letters and digits, parted or not, as reserve numbers have them.
func withSuffix(line []byte, end int, date bool) int {
	from := end
	if end < len(line) && (line[end] == '-' || line[end] == '+' || line[end] == ' ') {
		from++
	}
	if from+4 > len(line) {
		return end
	}
	digits := 0
	for _, c := range line[from : from+4] {
		switch {
		case isDigit(c):
			digits++
		case !date || !isLetter(c):
			return end
		}
	}
	if from+4 < len(line) {
		after := line[from+4]
		// A whole word of letters and digits, and no part of a UUID: four digits need no such care.
		if isDigit(after) || digits < 4 && (isLetter(after) || after == '-' || after >= 0x80) {
			return end
		}
	}
	if digits == 0 && from > end && line[end] == ' ' { // a word after a date
		return end
	}
	return from + 4
}

// personal tells whether digits, with or without a parted suffix behind them, have the form of a personal number.
func personal(digits []byte, suffix bool) bool {
	n := len(digits)
	if suffix {
		n += 4
	}
	switch n {
	case 12:
		century := string(digits[:2])
		return (century == "18" || century == "19" || century == "20") && monthAndDay(digits[4:8])
	case 10:
		return monthAndDay(digits[2:6])
	}
	return false
}

// monthAndDay takes month 00 and day 00 too, which coordination numbers may have, and the day of those, plus 60.
func monthAndDay(mmdd []byte) bool {
	month := int(mmdd[0]-'0')*10 + int(mmdd[1]-'0')
	day := int(mmdd[2]-'0')*10 + int(mmdd[3]-'0')
	return month <= 12 && (day <= 31 || day >= 60 && day <= 91)
}

// isNumber tells whether the digits at i are the whole value of a JSON member.
func isNumber(line []byte, i int) bool {
	for i > 0 && line[i-1] == ' ' {
		i--
	}
	return i > 1 && line[i-1] == ':' && line[i-2] == '"'
}

// isHSAID tells whether the digits at i follow the two letters that begin an HSA-id.
func isHSAID(line []byte, i int) bool {
	return i > 1 && line[i-1]|0x20 == 'e' && line[i-2]|0x20 == 's' && (i < 3 || !isLetter(line[i-3]))
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
