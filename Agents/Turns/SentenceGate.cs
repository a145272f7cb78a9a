using System.Runtime.ExceptionServices;
using System.Text;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Text;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// Gives out the sentences of an answer while a model writes it, each as soon as the next one begins and its figures
/// have their sources. The first that has none closes it: the rest comes when the whole is checked. What was given
/// out stays: a corrected answer, and one that was broken off and written anew, goes on after it. Each sentence is
/// journaled before it is given out, so that a resumed turn knows what was read already.
/// </summary>
/// <param name="evidence">What the answer may rest on now.</param>
/// <param name="begins">False while no tool has answered: what is written before that is seldom the answer.</param>
/// <param name="giveOut">Takes a sentence as it was checked; returns it as it was shown.</param>
public sealed class SentenceGate(TaskJournal journal, Func<Evidence> evidence, Func<bool> begins, Func<string, Evidence, ValueTask<string>> giveOut)
{
    private const string BrokenOff = "(The model's answer broke off here and begins again.)";

    private readonly Queue<GivenSentence> _earlier = new(journal.GivenSentences());
    private readonly StringBuilder _written = new();
    private readonly StringBuilder _shown = new();
    private Evidence? _evidence;
    private ExceptionDispatchInfo? _stopped;
    private int _round;
    private int _count;
    private int _givenBefore;
    private int _complete;
    private bool _closed;
    private bool _brokenOff;

    /// <summary>The beginning of the answer that was given out, as it was checked.</summary>
    public string Given { get; private set; } = "";

    /// <summary>The same as the person reads it.</summary>
    public string Shown => _shown.ToString();

    /// <summary>A round begins. What an earlier run of the task gave out in it is given out first, and closes it.</summary>
    public async Task OpenAsync(int round)
    {
        (_round, _givenBefore) = (round, Given.Length);
        _closed = Given.Length > 0;
        while (_earlier.TryPeek(out var next) && next.Round == round)
        {
            _earlier.Dequeue();
            _count++;
            await GiveAsync(next.Text, evidence());
            _closed = true;
        }
    }

    /// <summary>
    /// Hears a piece; null: a model begins to write, perhaps anew. What fails here is no fault of the model, which would
    /// be asked again: it is kept for <see cref="ThrowIfStopped"/>.
    /// </summary>
    public async ValueTask HearAsync(ChatResponseUpdate? piece)
    {
        if (_stopped is not null)
        {
            return;
        }

        try
        {
            await TakeAsync(piece);
        }
        catch (Exception e)
        {
            _stopped = ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>Throws what kept a sentence from being stored or given out, if anything did.</summary>
    public void ThrowIfStopped() => _stopped?.Throw();

    /// <summary>The round ends: whether what was given out in it is how the model's whole text begins.</summary>
    public void Close(ChatResponse response) =>
        _brokenOff |= Given.Length > _givenBefore && !HasCalls(response) && !Readable(response.Text).StartsWith(Given[_givenBefore..], StringComparison.Ordinal);

    /// <summary>The whole answer: what was given out, and what the model's text has beyond it.</summary>
    public string Join(string text)
    {
        var note = _brokenOff ? BrokenOff + "\n" : "";
        _brokenOff = false;
        return Given.Length == 0 || text.StartsWith(Given, StringComparison.Ordinal) ? text : $"{Given}{(Given.EndsWith('\n') ? "" : "\n")}{note}{text}";
    }

    private async ValueTask TakeAsync(ChatResponseUpdate? piece)
    {
        if (piece is null)
        {
            _written.Clear();
            (_evidence, _complete, _closed) = (null, 0, Given.Length > 0);
            return;
        }

        // Words beside a call are no part of the answer.
        _closed |= piece.Contents.OfType<CallContent>().Any() || !begins();
        if (!_closed && piece.Text is { Length: > 0 } words && Sentences.Split(_written.Append(words).ToString()) is { Count: var begun } && begun > _complete + 1)
        {
            _complete = begun - 1;
            await ReleaseAsync(Readable(_written.ToString()));
        }
    }

    private async Task ReleaseAsync(string text)
    {
        foreach (var end in Sentences.Split(text).SkipLast(1).Select(s => s.End).Where(end => end > Given.Length))
        {
            var upTo = text[..end];
            if (HasOpenQuotation(upTo))
            {
                continue;
            }

            _evidence ??= evidence();
            if (PolicyClaims.MayStillBeQuoted(upTo, _evidence))
            {
                continue;
            }

            if (!upTo.StartsWith(Given, StringComparison.Ordinal) || !IsBacked(upTo, _evidence))
            {
                _closed = true;
                return;
            }

            var fresh = upTo[Given.Length..];
            await journal.KeepGivenAsync(_count++, new GivenSentence(_round, fresh));
            await GiveAsync(fresh, _evidence);
        }
    }

    private async Task GiveAsync(string sentence, Evidence known)
    {
        Given += sentence;
        _shown.Append(await giveOut(sentence, known));
    }

    private static string Readable(string text) => VisibleText.OfAnswer(Redaction.Clean(text).Text).TrimStart();

    private static bool HasCalls(ChatResponse response) => response.Messages.SelectMany(m => m.Contents).OfType<CallContent>().Any();

    /// <summary>A quotation is checked whole.</summary>
    private static bool HasOpenQuotation(string text) =>
        text.Count(c => c == '"') % 2 != 0 || text.Count(c => c == '“') > text.Count(c => c == '”');

    private static bool IsBacked(string text, Evidence evidence) =>
        GroundingCheck.Check(text, evidence).Unbacked.Count == 0 && DoneClaims.In(text, evidence).Count == 0 && PolicyClaims.In(text, evidence).Count == 0;
}
