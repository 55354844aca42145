package relay

import (
	"bytes"
	"context"
	"io"

	"rivgate/contracts"
	"rivgate/store"
)

// Attachments describes the files of an accepted message, in their order. A large one has Content and no bytes:
// WriteAttachments gives these. store.ErrNotFound.
func (r *Relay) Attachments(ctx context.Context, messageID string) ([]contracts.Attachment, error) {
	m, _, err := r.condensed(ctx, messageID, nil)
	if err != nil {
		return nil, err
	}
	return m.Attachments(), nil
}

// OpenAttachment is Attachment for a person who has opened the case that the message is of. store.ErrNotOpened.
func (r *Relay) OpenAttachment(ctx context.Context, c store.Case, messageID string,
	n int,
) (contracts.Attachment, error) {
	has, err := r.Store.Has(ctx, c.ID, messageID)
	if err == nil && !c.Opened() {
		err = store.ErrNotOpened
	}
	if err == nil && !has {
		err = store.ErrNotFound
	}
	if err != nil {
		return contracts.Attachment{}, err
	}
	return r.Attachment(ctx, messageID, n)
}

// Attachment returns file number n (from 0) of an accepted message, with its bytes. No other file of the message is
// in memory. store.ErrNotFound.
func (r *Relay) Attachment(ctx context.Context, messageID string, n int) (contracts.Attachment, error) {
	files, err := r.Attachments(ctx, messageID)
	if err != nil {
		return contracts.Attachment{}, err
	}
	if n < 0 || n >= len(files) {
		return contracts.Attachment{}, store.ErrNotFound
	}
	file := files[n]
	if file.Content == nil {
		return file, nil
	}
	var content bytes.Buffer
	content.Grow(int(file.Content.Size))
	_, _, err = r.condensed(ctx, messageID, func(number int) io.Writer {
		if number != file.Content.Number {
			return nil
		}
		content.Reset()
		return &content
	})
	file.Value, file.Content = content.Bytes(), nil
	return file, err
}

// condensed reads an accepted complaints message from its envelope, large files left out; to names the writer
// of each file by its number, or nil.
func (r *Relay) condensed(ctx context.Context, messageID string,
	to func(number int) io.Writer,
) (*contracts.Message, *fileNumbers, error) {
	stored, req, err := r.stored(ctx, messageID)
	defer req.Close()
	if err != nil {
		return nil, nil, err
	}
	c := r.Contracts.Contract(stored.Call.Contract)
	if c == nil || !c.Complaints {
		return nil, nil, store.ErrNotFound
	}
	how := c.Condensing()
	how.Bytes = to
	if err := req.Condense(how); err != nil {
		return nil, nil, err
	}
	m, err := c.Map(req)
	return m, &fileNumbers{condensed: req.Condensed()}, err
}
