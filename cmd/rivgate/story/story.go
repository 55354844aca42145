// Package story plays the recorded story against a gateway and the mocks of both sides: what 1177, care units, patient
// boards and a region's own system do to each other in the life of cases. Each step is checked against what the story
// tells, from outside: over SOAP and the JSON API.
//
// It does not know how the gateway was started, nor anything of its insides.
package story

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rivgate/recording"
)

// Stage is where the story is played.
type Stage struct {
	Portal  *recording.Mock
	System  *recording.Mock
	API     string // URL of the gateway's web listener
	HTTP    *http.Client
	Patient time.Duration     // how long a step may take to come true
	Told    func(line string) // hears each step as it is played
}

// Ending is how one case of the story ended.
type Ending struct {
	Scene     string `json:"scene"`
	Case      string `json:"case"` // 1177's id; "" where none was made
	Handler   string `json:"handler"`
	Via       string `json:"via"`
	State     string `json:"state"`
	Messages  int    `json:"messages"`            // on the case's time line
	Letters   int    `json:"letters"`             // in the citizen's mailbox
	Delivered int    `json:"delivered"`           // to an external system
	Different string `json:"different,omitempty"` // what was not as told; "" when all was
}

// scene is one chapter: what happens, and the cases that it leaves behind.
type scene struct {
	name  string
	about string
	play  func(ctx context.Context, t *teller) error
}

// scenes are the chapters in order.
func scenes() []scene {
	return []scene{
		{
			"Integrated unit", "a hospital with a system of its own: status, partial reply, question, answer, close",
			integratedUnit,
		},
		{"Inbox unit", "a care unit without a system, its case handled through the API", inboxUnit},
		{"Patient board", "the place in the citizen's own words", patientBoard},
		{"Many units, one receiver", "three clinics share a system", manyToOne},
		{"System down and up", "what is sent meanwhile waits, and arrives in order", downAndUp},
		{"Sent twice", "one message, one receipt, one delivery", sentTwice},
		{"Refused", "wrong content by a result, an unknown receiver by a fault", refusals},
		{"Passed on", "from the hospital's system to a health centre's inbox", passedOn},
		{"By telephone", "a case that began outside 1177", byTelephone},
		{
			"The citizen's side", "a misspelt unit, one that is not there, the region's board; added to, taken back",
			citizensSide,
		},
	}
}

// Play plays every chapter and tells how each case ended. A chapter that goes wrong does not stop the others.
func (s *Stage) Play(ctx context.Context) []Ending {
	var endings []Ending
	for _, chapter := range scenes() {
		s.Told(chapter.name + ": " + chapter.about)
		t := &teller{Stage: s}
		err := chapter.play(ctx, t)
		different := ""
		if err != nil {
			different = err.Error()
			s.Told("  NOT AS TOLD: " + different)
		}
		if len(t.cases) == 0 {
			t.cases = []string{""}
		}
		for _, id := range t.cases {
			e := t.ending(ctx, id)
			e.Scene, e.Different = chapter.name, different
			endings = append(endings, e)
		}
	}
	return endings
}

// teller plays one chapter.
type teller struct {
	*Stage
	cases []string // 1177's ids, as they were made
}

// step plays one step and tells it.
func (t *teller) step(text string, do func() error) error {
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	t.Told("  " + text)
	return nil
}

// steps plays steps in order up to the first that is not as told.
func (t *teller) steps(all ...part) error {
	for _, p := range all {
		if err := t.step(p.text, p.do); err != nil {
			return err
		}
	}
	return nil
}

// part is a step and its words.
type part struct {
	text string
	do   func() error
}

// soon waits until check holds; it looks again and again within the stage's patience.
func (t *teller) soon(ctx context.Context, check func() error) error {
	ctx, stop := context.WithTimeout(ctx, t.Patient)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// errNone is a thing that the API does not have.
var errNone = errors.New("there is no such thing")

// get asks the API.
func (t *teller) get(ctx context.Context, path string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.API+path, nil)
	if err != nil {
		return err
	}
	return t.do(r, http.StatusOK, v)
}

// post sends JSON to the API.
func (t *teller) post(ctx context.Context, path string, body, v any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.API+path, strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	return t.do(r, http.StatusCreated, v)
}

func (t *teller) do(r *http.Request, want int, v any) error {
	answer, err := t.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("asking the API: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return errNone
	}
	if answer.StatusCode != want {
		var problem struct{ Title, Detail, SubCode string }
		_ = json.NewDecoder(answer.Body).Decode(&problem) // without one the status says it
		return fmt.Errorf("the API answered %d %s %s %s", answer.StatusCode, problem.Title, problem.SubCode, problem.Detail)
	}
	return json.NewDecoder(answer.Body).Decode(v)
}
