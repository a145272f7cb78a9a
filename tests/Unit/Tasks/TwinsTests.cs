using System.Text.Json;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage.Rows;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class TwinsTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Covers_TaskThatHasNotBegun_CoversWhateverHappenedSince() => Twins.Covers(Task(Invoice(1), begun: false), Invoice(3, seconds: 7200)).ShouldBeTrue();

    [Theory]
    [InlineData(1, 1, 0, true)]
    [InlineData(2, 1, -60, true)]
    [InlineData(1, 2, 60, false)]
    public void Covers_Invoice_GoesByItsAttempt(int known, int news, int seconds, bool covered) => Twins.Covers(Task(Invoice(known)), Invoice(news, seconds)).ShouldBe(covered);

    [Theory]
    [InlineData(3, true)]
    [InlineData(-3, true)]
    [InlineData(60, false)]
    public void Covers_PaymentOfTheInvoice_GoesByItsMoment(int seconds, bool covered) =>
        Twins.Covers(Task(Invoice(1)), new EventCause("in_1") { Points = true, At = At.AddSeconds(seconds) }).ShouldBe(covered);

    [Theory]
    [InlineData(-1, "other", true)]
    [InlineData(0, "same", true)]
    [InlineData(0, "other", false)]
    [InlineData(1, "same", false)]
    public void Covers_Other_OnlyWhatIsOlderOrRenderedTheSame(int seconds, string digest, bool covered) =>
        Twins.Covers(Task(new EventCause("sub_1") { At = At, Digest = "same" }), new EventCause("sub_1") { At = At.AddSeconds(seconds), Digest = digest }).ShouldBe(covered);

    [Fact]
    public void Covers_WithoutAMoment_DoesNotGuess() => Twins.Covers(Task(new EventCause("sub_1") { Digest = "same" }), new EventCause("sub_1") { Digest = "same" }).ShouldBeFalse();

    private static EventCause Invoice(int attempt, int seconds = 0) => new("in_1") { Attempt = attempt, At = At.AddSeconds(seconds), Digest = $"{attempt}" };

    private static TaskRow Task(EventCause about, bool begun = true) => new()
    {
        TenantId = "lumen",
        Id = "task_1",
        Kind = TaskKinds.Webhook,
        Status = begun ? TaskStates.Done : TaskStates.Queued,
        Attempts = begun ? 1 : 0,
        ConversationId = "conv_1",
        RequestedBy = "automation",
        Input = JsonSerializer.Serialize(new TaskInput(null, "x", about.ObjectId, About: about)),
        CauseAt = about.At,
    };
}
