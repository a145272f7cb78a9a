using System.Text.Json;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>How many model tokens a task has used, over all its attempts, as its journal says.</summary>
public sealed class TaskBudget(CopilotDbFactory databases, TaskSettings settings)
{
    /// <exception cref="TaskBudgetException">It has used more than a task may.</exception>
    public async Task CheckAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var responses = await db.Steps.AsNoTracking().Where(s => s.TaskId == taskId && s.Kind == TaskJournal.Model).Select(s => s.Content).ToListAsync(cancellationToken);
        var used = responses.Sum(TokensOf);
        if (used > settings.TokenBudget)
        {
            throw new TaskBudgetException(used, settings.TokenBudget);
        }
    }

    private static long TokensOf(string response)
    {
        using var json = JsonDocument.Parse(response);
        return Number(json.RootElement, "input_tokens") + Number(json.RootElement, "output_tokens");
    }

    private static long Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : 0;
}

/// <summary>A task used more model tokens than it may; another attempt would only use more.</summary>
public sealed class TaskBudgetException(long used, int budget)
    : Exception($"It used {used} model tokens of the {budget} that Tasks:TokenBudget allows. Raise it, or look at what the task reads, then drive it again.");
