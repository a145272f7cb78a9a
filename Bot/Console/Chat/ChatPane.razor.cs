using System.Security.Cryptography;
using BillingCopilot.Bot.Tasks;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace BillingCopilot.Bot.WebConsole.Chat;

public sealed partial class ChatPane
{
    /// <summary>Name of the query parameter that holds the conversation, so that a reload goes on with it.</summary>
    private const string ConversationKey = "c";

    private readonly CancellationTokenSource _closed = new();
    private readonly List<ChatTurn> _turns = [];
    private IReadOnlyList<PastConversation> _recent = [];
    private string _conversation = NewConversationId();
    private string _text = "";
    private CancellationTokenSource? _running;

    [Parameter]
    [EditorRequired]
    public required ConsoleUser User { get; set; }

    [Parameter]
    public EventCallback<string> OnShowProposal { get; set; }

    private bool Running => _turns.Count > 0 && _turns[^1].Running;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _running?.Cancel();
        _running?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var asked = QueryHelpers.ParseQuery(Navigation.ToAbsoluteUri(Navigation.Uri).Query).GetValueOrDefault(ConversationKey).ToString();
        if (asked.Length > 0 && await RestoreAsync(asked))
        {
            if (Running && RendererInfo.IsInteractive)
            {
                _ = FollowAsync(_closed.Token);
            }

            return;
        }

        _recent = await Backend.RecentAsync(User, _closed.Token);
    }

    // Unguessable, since whoever knows it could ask to go on with the conversation.
    private static string NewConversationId() => "console-" + RandomNumberGenerator.GetHexString(20, lowercase: true);

    private static string LinkTo(string conversation) => $"/?{ConversationKey}={Uri.EscapeDataString(conversation)}";

    private Task SendAsync() => AskAsync(_text);

    private async Task AskAsync(string question)
    {
        if (Running || string.IsNullOrWhiteSpace(question))
        {
            return;
        }

        var turn = new ChatTurn(question.Trim());
        _turns.Add(turn);
        _text = "";
        _running = new CancellationTokenSource();
        try
        {
            await ShowAddressAsync(LinkTo(_conversation));
            await WatchAsync(turn, _running.Token);
        }
        finally
        {
            _running?.Dispose();
            _running = null;
        }
    }

    private async Task WatchAsync(ChatTurn turn, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in Backend.SendAsync(User, _conversation, turn.Question, cancellationToken))
            {
                turn.Apply(happened);
                StateHasChanged();
            }

            turn.Break("The answer ended early. Ask again; anything that was proposed is in the list.");
        }
        catch (OperationCanceledException)
        {
            turn.Break("Stopped. Anything that was proposed before is in the list.");
        }
#pragma warning disable CA1031 // Whatever went wrong, the person must learn that no answer comes.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault, _conversation);
            turn.Break("The answer did not arrive. Nothing was changed without an approval. Ask again; the server's log says what happened.");
        }
    }

    /// <summary>False when there is no such conversation of this person.</summary>
    private async Task<bool> RestoreAsync(string conversation)
    {
        var past = await Backend.HistoryAsync(User, conversation, _closed.Token);
        if (past.Count == 0)
        {
            return false;
        }

        _conversation = conversation;
        _turns.Clear();
        _turns.AddRange(past.Select(ChatTurn.Of));
        return true;
    }

    /// <summary>An answer was being written when the page was reloaded: looks until it is there.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        try
        {
            while (Running && await timer.WaitForNextTickAsync(cancellationToken))
            {
                await InvokeAsync(async () =>
                {
                    await RestoreAsync(_conversation);
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
#pragma warning disable CA1031 // The person sees a running answer; a reload shows how it ended.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault, _conversation);
        }
    }

    private void Stop() => _running?.Cancel();

    private async Task StartOverAsync()
    {
        _turns.Clear();
        _conversation = NewConversationId();
        _recent = await Backend.RecentAsync(User, _closed.Token);
        await ShowAddressAsync("/");
    }

    private async Task ShowAddressAsync(string address)
    {
        try
        {
            await Js.InvokeVoidAsync("billingCopilot.showAddress", _closed.Token, address);
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // Only a reload would miss it.
        }
    }

    [LoggerMessage(6001, LogLevel.Error, "A turn of conversation {Conversation} broke off")]
    private static partial void LogFault(ILogger logger, Exception fault, string conversation);
}
