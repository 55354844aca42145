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

// How a new message gets the large files of an accepted one, none of which is ever whole in memory:
//
//	putStandIns     each large file becomes a stand-in: a few random bytes
//	Contract.Write  writes the envelope, with the stand-ins' base64 in it
//	spoolWithFiles  copies the envelope to a spool; where a stand-in is, it copies the file from the accepted message

// standIns are the stand-ins of one new message.
type standIns struct {
	messageID string    // our id of the accepted message that has the files
	files     []standIn // in the order of the files
}

// standIn stands for one file.
type standIn struct {
	number int    // soap.File.Number of the file
	text   []byte // base64 of the stand-in's bytes
}

// standInSize is the bytes of a stand-in: no stranger can guess them, and their base64 needs no padding.
const standInSize = 24

// putStandIns replaces the content of each large file by a stand-in.
func putStandIns(messageID string, files []contracts.Attachment, numbers *fileNumbers) *standIns {
	s := &standIns{messageID: messageID}
	for i := range files {
		f := &files[i]
		if f.Content == nil {
			continue
		}
		number := numbers.next(f.Content)
		if f.Reference != "" { // the file is kept elsewhere, and written without bytes
			continue
		}
		f.Value = make([]byte, standInSize)
		_, _ = rand.Read(f.Value) // crypto/rand never fails
		s.files = append(s.files, standIn{number: number, text: base64.StdEncoding.AppendEncode(nil, f.Value)})
	}
	return s
}

// fileNumbers finds the numbers of the files of a condensed message. Files with equal content are one soap.File, which
// has several numbers: so it must be asked for the files in their order.
type fileNumbers struct {
	condensed *soap.Condensed
	asked     map[*soap.File]int // how often a file was asked for
}

// next is the number of the next element that holds f; 0 where there is no other.
func (n *fileNumbers) next(f *soap.File) int {
	numbers, i := n.condensed.Numbers(f), n.asked[f]
	if i >= len(numbers) {
		return 0
	}
	if n.asked == nil {
		n.asked = map[*soap.File]int{}
	}
	n.asked[f] = i + 1
	return numbers[i]
}

var errFileMissing = errors.New("passing files on: the accepted message does not have them")

// spoolWithFiles writes an envelope with its files to a spool, which the caller closes.
func (r *Relay) spoolWithFiles(ctx context.Context, envelope []byte, s *standIns) (*soap.Spool, error) {
	spool, err := soap.NewSpool(r.Limits.Folder)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(spool, 64<<10)
	if err = r.writeWithFiles(ctx, out, envelope, s); err == nil {
		err = out.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, spool.Close())
	}
	return spool, nil
}

// writeWithFiles writes an envelope with each file where its stand-in is.
func (r *Relay) writeWithFiles(ctx context.Context, out io.Writer, envelope []byte, s *standIns) error {
	unwritten, next := envelope, 0
	var file io.WriteCloser // encodes the file that is being written; nil between two files
	var failed error
	endFile := func() {
		if file != nil {
			failed = errors.Join(failed, file.Close())
		}
		file = nil
	}
	_, _, err := r.condensed(ctx, s.messageID, func(number int) io.Writer {
		if next == len(s.files) || s.files[next].number != number {
			return nil
		}
		endFile()
		before, after, found := bytes.Cut(unwritten, s.files[next].text)
		if !found {
			failed = errors.Join(failed, errFileMissing)
			return nil
		}
		_, err := out.Write(before)
		failed = errors.Join(failed, err)
		unwritten, next, file = after, next+1, base64.NewEncoder(base64.StdEncoding, out)
		return file
	})
	endFile()
	if err = errors.Join(err, failed); err == nil && next < len(s.files) {
		err = errFileMissing
	}
	if err != nil {
		return err
	}
	_, err = out.Write(unwritten)
	return err
}
