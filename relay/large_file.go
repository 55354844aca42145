package relay

import (
	"bytes"
	"context"
	"io"

	"rivgate/contracts"
	"rivgate/store"
)

// Attachment returns file number n (from 0) of an accepted message, with its bytes. No other file of the message is in memory. store.ErrNotFound.
func (r *Relay) Attachment(ctx context.Context, messageID string, n int) (contracts.Attachment, error) {
	m, err := r.condensed(ctx, messageID, nil)
	if err != nil {
		return contracts.Attachment{}, err
	}
	files := m.Attachments()
	if n < 0 || n >= len(files) {
		return contracts.Attachment{}, store.ErrNotFound
	}
	file := files[n]
	if file.Content == nil {
		return file, nil
	}
	var content bytes.Buffer
	content.Grow(int(file.Content.Size))
	_, err = r.condensed(ctx, messageID, func(number int) io.Writer {
		if number != file.Content.Number {
			return nil
		}
		content.Reset()
		return &content
	})
	file.Value, file.Content = content.Bytes(), nil
	return file, err
}

// condensed reads an accepted complaints message from its envelope, large files left out; those that to wants go to whom it names.
func (r *Relay) condensed(ctx context.Context, messageID string, to func(number int) io.Writer) (*contracts.Message, error) {
	stored, req, err := r.stored(ctx, messageID)
	defer req.Close()
	if err != nil {
		return nil, err
	}
	c := r.Contracts.Contract(stored.Call.Contract)
	if c == nil || !c.Complaints {
		return nil, store.ErrNotFound
	}
	if !req.Complete {
		how := c.Condensing()
		how.Bytes = to
		if err := req.Condense(how); err != nil {
			return nil, err
		}
	}
	return c.Map(req)
}
