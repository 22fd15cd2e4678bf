/*
 * Says in plain words why the add-in cannot start: a web view that is too old for it, or a script
 * that could not be loaded. It runs before everything else and in every web view Outlook has ever
 * used, so it is written in ECMAScript 5 and is no module.
 */
(function () {
  'use strict';

  var START_MS = 30000; // until office.js and the pane should be there, on the slowest connection

  var TEXTS = {
    en: [
      'This version of Outlook is too old for the add-in.',
      'Use Outlook on the web, the new Outlook, or ask your administrator for an Outlook that shows add-ins with Microsoft Edge WebView2.',
      'The add-in could not be loaded.',
      'Close this pane and open it again. If that does not help, tell your administrator that this address cannot be reached from here:',
      'The add-in is taking very long to start.',
      'Close this pane and open it again. If that does not help, restart Outlook.'
    ],
    de: [
      'Diese Outlook-Version ist zu alt für das Add-In.',
      'Verwenden Sie Outlook im Web oder das neue Outlook, oder bitten Sie Ihre Administration um ein Outlook, das Add-Ins mit Microsoft Edge WebView2 anzeigt.',
      'Das Add-In konnte nicht geladen werden.',
      'Schließen Sie diesen Bereich und öffnen Sie ihn erneut. Hilft das nicht, sagen Sie Ihrer Administration, dass diese Adresse von hier aus nicht erreichbar ist:',
      'Das Add-In braucht sehr lange zum Starten.',
      'Schließen Sie diesen Bereich und öffnen Sie ihn erneut. Hilft das nicht, starten Sie Outlook neu.'
    ],
    fr: [
      'Cette version d’Outlook est trop ancienne pour le complément.',
      'Utilisez Outlook sur le web ou le nouvel Outlook, ou demandez à votre administrateur un Outlook qui affiche les compléments avec Microsoft Edge WebView2.',
      'Le complément n’a pas pu être chargé.',
      'Fermez ce volet et rouvrez-le. Si cela ne suffit pas, signalez à votre administrateur que cette adresse est inaccessible d’ici :',
      'Le complément met très longtemps à démarrer.',
      'Fermez ce volet et rouvrez-le. Si cela ne suffit pas, redémarrez Outlook.'
    ],
    es: [
      'Esta versión de Outlook es demasiado antigua para el complemento.',
      'Use Outlook en la Web o el nuevo Outlook, o pida a su administrador un Outlook que muestre los complementos con Microsoft Edge WebView2.',
      'No se pudo cargar el complemento.',
      'Cierre este panel y vuelva a abrirlo. Si no sirve, diga a su administrador que desde aquí no se puede acceder a esta dirección:',
      'El complemento tarda mucho en iniciarse.',
      'Cierre este panel y vuelva a abrirlo. Si no sirve, reinicie Outlook.'
    ],
    nb: [
      'Denne versjonen av Outlook er for gammel for tillegget.',
      'Bruk Outlook på nettet eller nye Outlook, eller be administratoren om en Outlook som viser tillegg med Microsoft Edge WebView2.',
      'Tillegget kunne ikke lastes inn.',
      'Lukk denne ruten og åpne den igjen. Hjelper ikke det, si fra til administratoren at denne adressen ikke kan nås herfra:',
      'Tillegget bruker svært lang tid på å starte.',
      'Lukk denne ruten og åpne den igjen. Hjelper ikke det, start Outlook på nytt.'
    ],
    nn: [
      'Denne versjonen av Outlook er for gammal for tillegget.',
      'Bruk Outlook på nettet eller nye Outlook, eller be administratoren om ein Outlook som viser tillegg med Microsoft Edge WebView2.',
      'Tillegget kunne ikkje lastast inn.',
      'Lukk denne ruta og opne ho igjen. Hjelper ikkje det, sei frå til administratoren at denne adressa ikkje kan nåast herfrå:',
      'Tillegget brukar svært lang tid på å starte.',
      'Lukk denne ruta og opne ho igjen. Hjelper ikkje det, start Outlook på nytt.'
    ],
    sv: [
      'Den här versionen av Outlook är för gammal för tillägget.',
      'Använd Outlook på webben eller nya Outlook, eller be administratören om en Outlook som visar tillägg med Microsoft Edge WebView2.',
      'Tillägget kunde inte läsas in.',
      'Stäng den här rutan och öppna den igen. Om det inte hjälper, säg till administratören att den här adressen inte kan nås härifrån:',
      'Tillägget tar mycket lång tid att starta.',
      'Stäng den här rutan och öppna den igen. Om det inte hjälper, starta om Outlook.'
    ],
    da: [
      'Denne version af Outlook er for gammel til tilføjelsesprogrammet.',
      'Brug Outlook på internettet eller den nye Outlook, eller bed administratoren om en Outlook, der viser tilføjelsesprogrammer med Microsoft Edge WebView2.',
      'Tilføjelsesprogrammet kunne ikke indlæses.',
      'Luk denne rude, og åbn den igen. Hjælper det ikke, så sig til administratoren, at denne adresse ikke kan nås herfra:',
      'Tilføjelsesprogrammet er meget længe om at starte.',
      'Luk denne rude, og åbn den igen. Hjælper det ikke, så genstart Outlook.'
    ],
    nl: [
      'Deze versie van Outlook is te oud voor de invoegtoepassing.',
      'Gebruik Outlook op het web of de nieuwe Outlook, of vraag uw beheerder om een Outlook die invoegtoepassingen met Microsoft Edge WebView2 toont.',
      'De invoegtoepassing kon niet worden geladen.',
      'Sluit dit deelvenster en open het opnieuw. Helpt dat niet, zeg uw beheerder dan dat dit adres hiervandaan niet bereikbaar is:',
      'Het starten van de invoegtoepassing duurt erg lang.',
      'Sluit dit deelvenster en open het opnieuw. Helpt dat niet, start Outlook dan opnieuw.'
    ]
  };

  var said = false;

  function language() {
    var l = String(navigator.language || navigator.userLanguage || 'en')
      .toLowerCase()
      .slice(0, 2);
    return l === 'no' ? 'nb' : TEXTS.hasOwnProperty(l) ? l : 'en';
  }

  function say(first, address) {
    var box = document.getElementById('boot');
    if (said || window.vmrdStarted || !box) return;
    said = true;
    var texts = TEXTS[language()];
    document.documentElement.lang = language();
    var lines = [texts[first], texts[first + 1]];
    if (address) lines.push(address);
    for (var i = 0; i < lines.length; i++) {
      var p = document.createElement(i === 0 ? 'h1' : 'p');
      p.appendChild(document.createTextNode(lines[i]));
      box.appendChild(p);
    }
    box.className = 'plain';
  }

  function whenReady(f) {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', f);
    else f();
  }

  // ECMAScript 2021 and modules: WebView2, Safari 14.1 and later; not Trident, not EdgeHTML.
  var modern =
    'noModule' in document.createElement('script') &&
    typeof WeakRef === 'function' &&
    typeof fetch === 'function';
  if (!modern) {
    whenReady(function () {
      say(0);
    });
    return;
  }

  // The event of a script that fails to load does not bubble; it can be captured.
  window.addEventListener(
    'error',
    function (event) {
      var failed = event.target;
      if (failed && failed.tagName === 'SCRIPT')
        whenReady(function () {
          say(2, failed.src);
        });
    },
    true
  );
  setTimeout(function () {
    say(4);
  }, START_MS);
})();
