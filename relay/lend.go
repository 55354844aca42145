package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"

	"rivgate/contracts"
	"rivgate/soap"
)

// loan lets a message that is to be written have the large files of one that was accepted, none of which is in memory: each has a stand-in while the
// envelope around them is written, and takes its place while that is read.
type loan struct {
	from  string // id of the message that has the files
	files []lent // in their order
}

// lent is one file.
type lent struct {
	number int    // of soap.File
	text   []byte // its stand-in, as base64
}

// standInSize is how many bytes stand for a file: no stranger guesses them, and their base64 needs no padding.
const standInSize = 24

// lend gives a stand-in to each file that is large; where says where in the message each is.
func lend(from string, files []contracts.Attachment, where *places) *loan {
	l := &loan{from: from}
	for i := range files {
		f := &files[i]
		if f.Content == nil {
			continue
		}
		number := where.next(f.Content)
		if f.Reference != "" { // it is written without bytes
			continue
		}
		f.Value = make([]byte, standInSize)
		_, _ = rand.Read(f.Value) // it never fails
		l.files = append(l.files, lent{number: number, text: base64.StdEncoding.AppendEncode(nil, f.Value)})
	}
	return l
}

// places tells where in a condensed message each of its files is, asked in their order: equal ones are one soap.File.
type places struct {
	condensed *soap.Condensed
	asked     map[*soap.File]int
}

// next is the number of the next element that holds f; 0 where there is no other.
func (p *places) next(f *soap.File) int {
	numbers, at := p.condensed.Numbers(f), p.asked[f]
	if at >= len(numbers) {
		return 0
	}
	if p.asked == nil {
		p.asked = map[*soap.File]int{}
	}
	p.asked[f] = at + 1
	return numbers[at]
}

var errNotLent = errors.New("passing files on: they are not in the message that had them")

// reader reads an envelope with the files in it. It must be closed.
func (r *Relay) reader(ctx context.Context, envelope []byte, l *loan) io.ReadCloser {
	ctx, stop := context.WithCancel(ctx)
	in, out := io.Pipe()
	p := &lentReader{PipeReader: in, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		to := bufio.NewWriterSize(out, 64<<10)
		err := r.fill(ctx, to, envelope, l)
		if err == nil {
			err = to.Flush()
		}
		_ = out.CloseWithError(err) // nil is the end
	}()
	return p
}

// lentReader ends its writer when it is closed.
type lentReader struct {
	*io.PipeReader
	stop  context.CancelFunc
	ended chan struct{}
}

func (p *lentReader) Close() error {
	p.stop()
	err := p.PipeReader.Close()
	<-p.ended
	return err
}

// fill writes an envelope with the files in it. What goes wrong with writing is told by to.Flush at the latest.
func (r *Relay) fill(ctx context.Context, to *bufio.Writer, envelope []byte, l *loan) error {
	left, at := envelope, 0
	var file io.WriteCloser // the one that is written now
	var failed error
	end := func() {
		if file != nil {
			failed = errors.Join(failed, file.Close())
		}
		file = nil
	}
	_, _, err := r.condensed(ctx, l.from, func(number int) io.Writer {
		if at == len(l.files) || l.files[at].number != number {
			return nil
		}
		end()
		before, after, found := bytes.Cut(left, l.files[at].text)
		if !found {
			failed = errors.Join(failed, errNotLent)
			return nil
		}
		_, err := to.Write(before)
		failed = errors.Join(failed, err)
		left, at, file = after, at+1, base64.NewEncoder(base64.StdEncoding, to)
		return file
	})
	end()
	if err = errors.Join(err, failed); err == nil && at < len(l.files) {
		err = errNotLent
	}
	if err != nil {
		return err
	}
	_, err = to.Write(left)
	return err
}
