# starter.awk - the starter of an exercise from its solution: awk -f starter.awk solution.c
#
# What stands between "BEGIN SOLUTION" and "END SOLUTION" goes. The comment of the END mark holds,
# on lines of its own, what the starter has in its place.

/\/\* BEGIN SOLUTION \*\// { solution = 1; next }
/\/\* END SOLUTION/ { solution = 0; starter = 1; next }
starter && /^[ \t]*\*\/[ \t]*$/ { starter = 0; next }
!solution
