package tak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// DoubledKeys is an error that names each key that stands twice in one JSON object, with its line. A JSON reader would
// use one of the two values and silently lose the other. Keys that differ only in upper and lower case are the same
// key, as they are for the readers here. A text that is not JSON gives no error here: its reader reports that.
func DoubledKeys(content []byte) error {
	const most = 20
	type level struct {
		keys map[string]bool // nil in a list
		next bool            // a key is next
	}
	var problems []error
	var levels []level
	d := json.NewDecoder(bytes.NewReader(content))
	for len(problems) < most {
		token, err := d.Token()
		if err != nil {
			break
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			levels = levels[:len(levels)-1]
			continue
		}
		var above *level
		if len(levels) > 0 {
			above = &levels[len(levels)-1]
		}
		if above != nil && above.next {
			above.next = false
			key, _ := token.(string)
			if folded := strings.ToLower(key); above.keys[folded] {
				problems = append(problems,
					problemAt(lineAt(content, d.InputOffset()), "json-key-twice", fmt.Sprintf("%.80q", key)))
			} else {
				above.keys[folded] = true
			}
			continue
		}
		if above != nil && above.keys != nil {
			above.next = true // after this value
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{map[string]bool{}, true})
		case json.Delim('['):
			levels = append(levels, level{})
		}
	}
	return errors.Join(problems...)
}
