using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Flows.Support;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>A task whose model never answers: its deadline ends the attempt, another one follows, and its neighbour has the place meanwhile.</summary>
public sealed class DeadlineFlow
{
    [Fact]
    public async Task TaskThatTakesTooLong_IsEndedAndTriedAgain_ThenGivenUpWithItsCause_AndItsNeighbourGoesOn()
    {
        var (model, time) = (new HangingModel(), new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        await using var copilot = await Copilot.StartAsync(
            s => (s.Tasks.MaxAttempts, s.Tasks.Workers, s.Tasks.PollSeconds, s.Tasks.LeaseSeconds) = (2, 1, 1, 600),
            s => s.AddSingleton(new ChatModel(model, "scripted", IsRules: false)).AddSingleton(p => ActivatorUtilities.CreateInstance<TaskRunner>(p, (TimeProvider)time)));
        await EmitAsync(copilot, 0);
        var late = (await UntilAsync(copilot, all => all.Count == 1 && model.Hung == 1)).Single();
        await EmitAsync(copilot, 1);
        time.Advance(TimeSpan.FromSeconds(299));
        (await UntilAsync(copilot, all => all.Count == 2)).Single(t => t.Id == late.Id).Attempts.ShouldBe(1, "there is a second left");
        time.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(copilot, _ => model.Hung == 2);
        time.Advance(TimeSpan.FromSeconds(301));

        var tasks = await UntilAsync(copilot, all => all.Count == 2 && all.All(t => t.Status is TaskStates.Done or TaskStates.Failed));

        var given = tasks.Single(t => t.Id == late.Id);
        (given.Status, given.Attempts).ShouldBe((TaskStates.Failed, 2));
        given.Error.ShouldBe("TimeoutException: It took longer than 300 s.");
        tasks.Single(t => t.Id != late.Id).Status.ShouldBe(TaskStates.Done);
        var letters = copilot.Stage.Host.Services.GetRequiredService<DeadLetters>();
        (await letters.ListAsync(copilot.Stage.Host.Tenants.Default.Context, CancellationToken.None)).Single().Id.ShouldBe(late.Id);
    }

    private static Task<JsonObject> EmitAsync(Copilot copilot, int which) =>
        copilot.Sandbox.EmitAsync("invoice.payment_failed", (string)copilot.Truth["failed_invoices"]![which]!["invoice"]!, CancellationToken.None);

    private static async Task<List<TaskRow>> UntilAsync(Copilot copilot, Func<List<TaskRow>, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            await using var db = copilot.Stage.Host.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Stage.Host.Tenants.Default.Context);
            var all = await db.Tasks.AsNoTracking().Where(t => t.Kind == TaskKinds.Webhook).ToListAsync(limit.Token);
            if (holds(all))
            {
                return all;
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Whoever asks first is never answered; everybody else is.</summary>
    private sealed class HangingModel : IChatClient
    {
        private string? _first;
        private int _hung;

        public int Hung => Volatile.Read(ref _hung);

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var gathered = string.Concat(messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result?.ToString()));
            _first ??= gathered;
            if (gathered == _first)
            {
                Interlocked.Increment(ref _hung);
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "A person has to look at it."));
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
