//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// checkFromOutside asks the built binary's own command, as an operator does, whether everything agrees: beside running
// gateways.
func (t *trial) checkFromOutside(ctx context.Context) error {
	c := exec.CommandContext(ctx, t.o.binary, "queue", "check", "--format", "json")
	c.Dir, c.Env = t.folder, append(os.Environ(), t.gateways[0].environ...)
	said, err := c.Output()
	var ended *exec.ExitError
	if err != nil && !(errors.As(err, &ended) && ended.ExitCode() == 1) {
		return fmt.Errorf("rivgate queue check: %w", err)
	}
	var found struct {
		Breaches []string `json:"breaches"`
	}
	if problem := json.Unmarshal(said, &found); problem != nil {
		return fmt.Errorf("rivgate queue check: %w", problem)
	}
	if (err != nil) != (len(found.Breaches) > 0) {
		t.breach(fmt.Sprintf("rivgate queue check names %d breaches, and ends with %v", len(found.Breaches), err))
	}
	for _, line := range found.Breaches {
		t.breach("rivgate queue check: " + line)
	}
	return nil
}
