#include "budget.h"

int64_t budget_spend(struct budget *budget, int64_t now_ms)
{
	if (budget->requests_per_second <= 0)
		return 0;
	if (now_ms / 1000 != budget->second) {
		budget->second = now_ms / 1000;
		budget->spent = 0;
	}
	if (budget->spent >= budget->requests_per_second)
		return 1000 - now_ms % 1000;
	budget->spent++;
	return 0;
}
