#!/usr/bin/env bash
# Makes the plan, its comment and its JSON. Takes INPUT_* and what GitHub gives each step; tells the paths and the exit
# code of Moat as outputs, and always ends well: verdict.sh decides what fails the job.
set -euo pipefail
moat=${MOAT:-$GITHUB_ACTION_PATH/../bin/moat}
folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/moat-plan-XXXXXX")

arguments=(plan --format markdown --out "$folder/plan.json" --policy "$INPUT_POLICY")
[ -z "${INPUT_AWS:-}" ] || arguments+=(--aws "$INPUT_AWS")
[ -z "${INPUT_REGION:-}" ] || arguments+=(--region "$INPUT_REGION")
[ -z "${INPUT_TESTS:-}" ] || arguments+=(--tests "$INPUT_TESTS")
[ -z "${INPUT_CONFIG:-}" ] || arguments+=(--config "$INPUT_CONFIG")
[ "${INPUT_DRAFT:-false}" != true ] || arguments+=(--draft)
flows=()
while IFS= read -r line; do
  [ -z "$line" ] || flows+=("$line")
done <<<"${INPUT_FLOWS:-}"
# A list of paths ends where the next option begins.
[ ${#flows[@]} -eq 0 ] || arguments+=(--flows "${flows[@]}")

code=0
"$moat" "${arguments[@]}" >"$folder/comment.md" 2>"$folder/progress.txt" || code=$?
cat "$folder/progress.txt" >&2
if [ "$code" -eq 1 ]; then
  # Four blanks make all of it code, whatever a message says.
  {
    echo "### Moat plan: no plan could be made"
    echo
    sed 's/^/    /' "$folder/progress.txt" | head -c 20000
  } >"$folder/comment.md"
fi
cat "$folder/comment.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
{
  echo "code=$code"
  echo "comment=$folder/comment.md"
  [ ! -f "$folder/plan.json" ] || echo "plan=$folder/plan.json"
} >>"$GITHUB_OUTPUT"
