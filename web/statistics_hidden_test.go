package web_test

// hiddenCount is a count of the API.
type hiddenCount struct {
	Key    map[string]string `json:"key"`
	Count  *int              `json:"count"`
	Hidden string            `json:"hidden"`
}
