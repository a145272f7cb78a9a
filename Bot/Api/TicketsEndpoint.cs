using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Policy;

namespace BillingCopilot.Bot.Api;

/// <summary><c>GET /api/tickets</c>: what waits in the queues that the caller reads.</summary>
public static class TicketsEndpoint
{
    private const int DefaultLimit = 50;
    private const int MaxSkip = 100_000;

    public static void MapTickets(this IEndpointRouteBuilder routes) => routes.MapGet("/tickets", ListAsync);

    private static async Task<IResult> ListAsync(HttpContext http, TicketQueues queues, string? queue, string? limit, string? skip)
    {
        var (most, from) = (DefaultLimit, 0);
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > TicketQueues.MostRows))
        {
            return ApiError.Result(400, "invalid_limit", $"limit is '{limit}'.", $"Use a whole number from 1 to {TicketQueues.MostRows}.");
        }

        if (skip is not null && (queue is null || !int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from > MaxSkip))
        {
            return ApiError.Result(400, "invalid_skip", $"skip is '{skip}'.", $"Use a whole number up to {MaxSkip}, and name the queue.");
        }

        var caller = ApiGate.Caller(http);
        var read = queues.ReadBy(caller.Person);
        if (queue is not null)
        {
            if (!queues.Find(queue, caller.Person).TryGet(out var one, out var refusal))
            {
                return ApiError.Result(refusal.Code == "unknown_queue" ? 404 : 403, refusal.Code, refusal.Message, refusal.Remedy);
            }

            read = [one];
        }

        List<QueuePage> pages = [];
        foreach (var rule in read)
        {
            pages.Add(await queues.PageAsync(caller.Tenant.Context, rule, from, most, http.RequestAborted));
        }

        return Results.Json(new { data = pages.SelectMany(p => p.Tickets), has_more = pages.Where(p => p.HasMore).Select(p => p.Queue) }, ApiJson.Options);
    }
}
