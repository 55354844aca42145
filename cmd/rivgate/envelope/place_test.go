package envelope

import "testing"

func TestWhatARuleIsAboutIsFoundInTheFile(t *testing.T) {
	const envelope = `<?xml version="1.0" encoding="ISO-8859-1"?>
<s:Envelope xmlns:s="x"><s:Header><to>Send</to></s:Header>
 <s:Body><n:Send>
  <n:caseId/>
  <n:complaint><n:patient><n:description>inner</n:description></n:patient>
    <n:description>å</n:description>
    <n:attachment><n:id>1</n:id></n:attachment> <n:attachment><n:id>2</n:id></n:attachment>
  </n:complaint>
 </n:Send></s:Body>
</s:Envelope>`
	for path, want := range map[string][2]int{
		"Send":                            {3, 10},
		"Send/caseId":                     {4, 3},
		"Send/caseId/root":                {4, 3},
		"Send/complaint/description":      {6, 5},
		"Send/complaint/attachment[2]/id": {7, 63},
		"Send/complaint/attachment[3]":    {5, 3},
		"Send/complaint/attachment":       {7, 5},
		"Send/answer":                     {3, 10},
		"Other/answer":                    {0, 0},
	} {
		if line, column := locate([]byte(envelope), path); line != want[0] || column != want[1] {
			t.Errorf("%s is at %d:%d, want %d:%d", path, line, column, want[0], want[1])
		}
	}
}
