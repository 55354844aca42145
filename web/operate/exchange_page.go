package operate

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rivgate/contracts/redact"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

var errTooLargeToMask = shell.NewProblem(http.StatusRequestEntityTooLarge, "too-large", titleTooLarge, textTooLarge)

// exchangeLimit bounds a message of which a recording is made, in bytes.
const exchangeLimit = 40 << 20

// Exchange gives a message and the answer to it as a recording, personal data masked, in a ZIP: NAME.request.xml,
// NAME.answer.xml where there is an answer, NAME.headers, and a file that says what it is.
func (s *Pages) Exchange(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	row := who.Row(accesslog.Row{What: accesslog.Export, Detail: "recording, masked"})
	m, last, answer, err := s.Relay.Store.OpenExchange(r.Context(), r.PathValue("id"), row)
	if err != nil {
		return err
	}
	if len(m.Envelope) > exchangeLimit {
		return errTooLargeToMask
	}
	name := strings.ToLower(shell.ShortContract(m.Key.Contract)) + "-" + m.ID
	recording, err := s.recording(name, m, answer, last)
	if errors.Is(err, redact.ErrNotMasked) {
		return shell.NewProblem(http.StatusUnprocessableEntity, "not-masked", titleNotMasked,
			textNotMasked)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+fieldSafe(name)+`.zip"`)
	_, _ = w.Write(recording) // the reader may have gone
	return nil
}

// recording writes the files of a recording.
func (s *Pages) recording(name string, m *store.Message, answer []byte, last *store.AttemptRow) ([]byte, error) {
	masker := redact.New(m.Received)
	masker.Meet(m.Envelope)
	masker.Meet(answer)
	request, err := masker.Mask(m.Envelope, m.ContentType)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf(recordingOf, m.Key.Contract, masker.Scrub(m.Call.Receiver))
	files := []struct {
		name    string
		content []byte
	}{
		{name + ".request.xml", request},
		{
			name + ".headers",
			[]byte("X-Vp-Sender-Id: " + masker.Scrub(m.Call.Sender) + "\nX-Vp-Instance-Id: " + s.Relay.Instance.ID + "\n"),
		},
	}
	switch masked, err := masker.Mask(answer, ""); {
	case len(answer) == 0:
		note += recordingNoAnswer
	case errors.Is(err, redact.ErrNotMasked):
		note += fmt.Sprintf(recordingNotXML, len(answer))
	case err != nil:
		return nil, err
	default:
		files = append(files, struct {
			name    string
			content []byte
		}{name + ".answer.xml", masked})
	}
	if last != nil {
		note += fmt.Sprintf(recordingAttempt, last.Attempt, shell.OutcomeWord(last.Outcome))
		if kind := (faultKind{last.Class, last.Code}); last.Class != "ok" && last.Class != "" {
			note += " (" + kind.Name() + ")"
		}
		note += "\n"
	}
	files = append(files, struct {
		name    string
		content []byte
	}{recordingNote, []byte(note)})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		file, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: s.Clock()})
		if err == nil {
			_, err = file.Write(f.content)
		}
		if err != nil {
			return nil, fmt.Errorf("writing a recording: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("writing a recording: %w", err)
	}
	return out.Bytes(), nil
}

// fieldSafe is a file's name with nothing in it that a header or a file system minds.
func fieldSafe(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, name)
}
