#!/usr/bin/env bash
# Ends with 1 when Moat's exit code CODE is an error or one of the outcomes that FAIL_ON names.
set -euo pipefail
case $CODE in
  0) outcome='' ;;
  2) outcome=changes ;;
  3) outcome=refused ;;
  4) outcome=tests ;;
  *) outcome=error ;;
esac
for word in ${FAIL_ON:-}; do
  case $word in
    changes | refused | tests) ;;
    *)
      echo "moat: fail-on has \"$word\"; it takes changes, refused, tests" >&2
      exit 1
      ;;
  esac
done
case " error ${FAIL_ON:-} " in
  *" ${outcome:-nothing} "*)
    echo "moat: the plan ended with: $outcome" >&2
    exit 1
    ;;
esac
