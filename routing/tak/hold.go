package tak

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// Held is an answer of the source that shrank too much to be taken without a word from a person.
type Held struct {
	Digest            string    `json:"digest"` // of what is in it, whatever the order of its rows
	RoutesBefore      int       `json:"routesBefore"`
	Routes            int       `json:"routes"`
	PermissionsBefore int       `json:"permissionsBefore"`
	Permissions       int       `json:"permissions"`
	At                time.Time `json:"at"`
}

func (h Held) Error() string {
	return fmt.Sprintf("held back: the answer has %d routes after %d, and %d permissions after %d. Confirm it with "+
		"rivgate tak accept %s",
		h.Routes, h.RoutesBefore, h.Permissions, h.PermissionsBefore, h.Digest)
}

// Marked is a source that can say cheaply whether it would give something else than before. A Keeper asks it every
// Poll, and reads it whole when the mark is another one.
type Marked interface {
	Mark(ctx context.Context) (string, error)
}

// holding is an answer that waits for a person, whole.
type holding struct {
	held      Held
	catalogue routing.Catalogue
}

// few is how many routes, or permissions, an answer may lose whatever the percentage: a row taken out of a small
// catalogue is meant.
const few = 5

// shrunk tells whether an answer lost more than MaxShrink percent of its routes or of its permissions, and more than
// a few.
func (k *Keeper) shrunk(before, after routing.Catalogue) bool {
	less := func(before, after int) bool { return before-after > few && (before-after)*100 > before*k.MaxShrink }
	return k.MaxShrink > 0 &&
		(less(len(before.Routes), len(after.Routes)) || less(len(before.Permissions), len(after.Permissions)))
}

// weigh gives Held as an error for an answer that must wait. At the first refresh it is compared with the saved copy:
// a restart is no consent.
func (k *Keeper) weigh(ctx context.Context, c routing.Catalogue) error {
	if k.MaxShrink <= 0 {
		return nil
	}
	before := k.Catalogue()
	if k.current.Load() == nil && k.CacheFile != "" {
		before, _ = k.saved() // without a copy there is nothing to compare with
	}
	if !k.shrunk(before, c) {
		k.held.Store(nil)
		return nil
	}
	h := Held{
		Digest: digest(c), RoutesBefore: len(before.Routes), Routes: len(c.Routes),
		PermissionsBefore: len(before.Permissions), Permissions: len(c.Permissions),
		At: k.now(),
	}
	if former := k.held.Load(); former != nil && former.held.Digest == h.Digest {
		h.At = former.held.At
	}
	if k.accepted(ctx, h) {
		k.held.Store(nil)
		return nil
	}
	k.held.Store(&holding{h, c})
	return h
}

func (k *Keeper) accepted(ctx context.Context, h Held) bool {
	if k.Accepted == nil {
		return false
	}
	yes, err := k.Accepted(ctx, h)
	if err != nil {
		k.log().Warn("asking whether the catalogue that is held back was accepted", zap.Error(err))
	}
	return yes && err == nil
}

// Accept takes the answer that is held back into use. Without one it gives false.
func (k *Keeper) Accept(ctx context.Context, digest string) (Report, bool, error) {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	waiting := k.held.Load()
	if waiting == nil || waiting.held.Digest != digest {
		return Report{}, false, nil
	}
	report, err := k.use(ctx, waiting.catalogue, k.now(), false)
	if err != nil {
		return report, true, err
	}
	k.held.Store(nil)
	k.lastError.Store(nil)
	k.save(waiting.catalogue)
	return report, true, nil
}

// news looks whether there is a reason not to wait for the next refresh: a person has accepted what is held back, or
// the source has another mark.
func (k *Keeper) news(ctx context.Context) {
	if waiting := k.held.Load(); waiting != nil && k.accepted(ctx, waiting.held) {
		if _, _, err := k.Accept(ctx, waiting.held.Digest); err != nil {
			k.log().Error("catalogue accepted, but not usable", zap.String("reason", brief(err)))
		}
		return
	}
	marked, ok := k.Source.(Marked)
	if !ok {
		return
	}
	mark, err := marked.Mark(ctx)
	former := k.mark.Load()
	if err != nil || former != nil && *former == mark || mark == k.failed && time.Now().Before(k.again) {
		return
	}
	if _, err := k.Refresh(ctx); err != nil { // the reason is in the log and in Status; another mark is tried at once
		k.failed, k.again = mark, time.Now().Add(30*time.Second)
		return
	}
	k.mark.Store(&mark)
}

func (k *Keeper) poll() time.Duration {
	if k.Poll > 0 {
		return k.Poll
	}
	return 2 * time.Second
}

// digest is the same for two catalogues with the same routes and permissions, and hardly ever for others.
func digest(c routing.Catalogue) string {
	lines := make([]string, 0, len(c.Routes)+len(c.Permissions))
	for _, r := range c.Routes {
		lines = append(lines, "route "+catalogue.RouteText(r))
	}
	for _, p := range c.Permissions {
		lines = append(lines, "permission "+catalogue.PermissionText(p))
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		_, _ = fmt.Fprintln(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
